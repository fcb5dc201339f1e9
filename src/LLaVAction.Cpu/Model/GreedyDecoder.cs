using System.Diagnostics;
using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Sequences;

namespace LLaVAction.Cpu.Model;

/// <summary>One continuation being written.</summary>
/// <param name="Cache">Keys and values of everything before the next token, with room for the tokens to come.</param>
/// <param name="Text">Its tokens, and when it ends.</param>
internal sealed record Continuation(KeyValueCache Cache, GreedyText Text)
{
    public double Milliseconds { get; set; }
}

/// <summary>Greedy generation of several continuations at once: one pass of one row each per token.</summary>
/// <param name="Model">The decoder.</param>
internal sealed record GreedyDecoder(Qwen2Model Model)
{
    /// <summary>Writes continuations to their ends.</summary>
    /// <param name="pass">Room for a pass of one row each.</param>
    /// <param name="continuations">What to continue.</param>
    /// <param name="logits">Logits [continuations, vocabulary rows] of the first new tokens; overwritten.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public void Run(DecoderPass pass, IReadOnlyList<Continuation> continuations, Matrix logits, CancellationToken cancellationToken)
    {
        var active = new List<(Continuation Continuation, int LogitsRow)>();
        for (var i = 0; i < continuations.Count; i++)
        {
            active.Add((continuations[i], i));
        }

        using var states = new Matrix(continuations.Count, Model.HiddenSize);
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            active.RemoveAll(item => !item.Continuation.Text.Take(logits.Row(item.LogitsRow)));
            if (active.Count == 0)
            {
                return;
            }

            Step(pass, active.ConvertAll(item => item.Continuation), states, logits, cancellationToken);
            var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds / active.Count;
            for (var i = 0; i < active.Count; i++)
            {
                active[i] = (active[i].Continuation, i);
                active[i].Continuation.Milliseconds += milliseconds;
            }
        }
    }

    private void Step(DecoderPass pass, List<Continuation> active, Matrix states, Matrix logits, CancellationToken cancellationToken)
    {
        pass.Begin(active.Select((continuation, row) => new SequenceRows(row, 1, continuation.Cache)).ToArray());
        for (var row = 0; row < active.Count; row++)
        {
            Model.EmbedTokens.ReadRow(active[row].Text.Tokens[^1], pass.HiddenStates.Row(row));
        }

        var last = states.View.SliceRows(0, active.Count);
        Model.Forward(pass, WantedRows.LastOfEach, last, cancellationToken);
        Model.Logits(pass.Context, last, logits.View.SliceRows(0, active.Count));
    }
}
