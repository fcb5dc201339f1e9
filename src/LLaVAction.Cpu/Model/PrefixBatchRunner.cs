using System.Diagnostics;
using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Cpu.Model;

/// <summary>Answers prompts that share a prefix: one prefill, then their own parts together.</summary>
internal sealed class PrefixBatchRunner(LlavaModel model, ITokenizer tokenizer)
{
    private const int LogitsRows = 16;

    // Prompts whose own keys and values are held at once: scoring every action class asks thousands.
    private const int SequencesAtOnce = 256;

    private const int InitialRoom = 64;

    private readonly Qwen2Model _decoder = model.LanguageModel!;

    /// <summary>Answers the batch.</summary>
    /// <param name="batch">Which prompts, and what they share.</param>
    /// <param name="prompts">The prompts of the group.</param>
    /// <param name="video">The video's tokens; null without video.</param>
    /// <param name="answers">Takes the answers, at the prompts' indices.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    /// <returns>Time of the shared prefill, in milliseconds.</returns>
    public double Run(
        PrefixBatch batch,
        IReadOnlyList<PreparedPrompt> prompts,
        VisualTokenEmbeddings? video,
        PromptAnswer[] answers,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var members = batch.Members.Select(i => prompts[i]).ToArray();
        ReadOnlyMemory<int> shared = members[0].Tokens.AfterVideo.Take(batch.SharedAfterVideo).ToArray();
        var prefix = new InputSequence(_decoder.EmbedTokens, batch.BeforeVideo, batch.HasVideo ? video : null, shared);
        var ownRows = members.Sum(member => (long)member.Length - prefix.Length);
        using var pass = _decoder.CreatePass(model.Context, DecoderRun.RowsNeeded(Math.Max(prefix.Length, ownRows)));
        using var prefixCache = _decoder.CreateCache(prefix.Length);
        DecoderRun.Fill(_decoder, pass, new PendingSequence(prefix, prefixCache), cancellationToken);
        var prefillMilliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;

        for (var first = 0; first < members.Length; first += SequencesAtOnce)
        {
            RunOwn(first, Math.Min(SequencesAtOnce, members.Length - first));
        }

        return prefillMilliseconds;

        void RunOwn(int first, int count)
        {
            var sequences = new List<PendingSequence>();
            try
            {
                foreach (var member in members.AsSpan(first, count))
                {
                    var own = member.Tokens.AfterVideo.Skip(batch.SharedAfterVideo).ToArray();
                    var room = own.Length + Math.Min(member.MaxNewTokens, InitialRoom);
                    sequences.Add(new PendingSequence(
                        new InputSequence(_decoder.EmbedTokens, [], null, own), _decoder.CreateCache(room, prefixCache)));
                }

                using var states = new Matrix(count, _decoder.HiddenSize);
                started = Stopwatch.GetTimestamp();
                DecoderRun.LastStates(_decoder, pass, sequences, states.View, cancellationToken);
                var millisecondsPerRow = Stopwatch.GetElapsedTime(started).TotalMilliseconds / Math.Max(1, sequences.Sum(static sequence => sequence.Input.Length));
                for (var done = 0; done < count; done += LogitsRows)
                {
                    var rows = Math.Min(LogitsRows, count - done);
                    var finished = Read(pass, members.AsSpan(first + done, rows), sequences.GetRange(done, rows), states.View.SliceRows(done, rows), cancellationToken);
                    for (var i = 0; i < rows; i++)
                    {
                        var ownMilliseconds = millisecondsPerRow * sequences[done + i].Input.Length;
                        answers[batch.Members[first + done + i]] = finished[i] with { Milliseconds = finished[i].Milliseconds + ownMilliseconds };
                    }
                }
            }
            finally
            {
                sequences.ForEach(static sequence => sequence.Cache.Dispose());
            }
        }
    }

    // Reads candidates and continuations off the last hidden states of some prompts.
    private PromptAnswer[] Read(
        DecoderPass pass,
        ReadOnlySpan<PreparedPrompt> members,
        List<PendingSequence> sequences,
        MatrixView states,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var logits = new Matrix(states.Rows, _decoder.VocabularyRows);
        _decoder.Logits(model.Context, states, logits.View);
        var answers = new PromptAnswer[members.Length];
        var continuations = new List<Continuation>();
        for (var i = 0; i < members.Length; i++)
        {
            RequireFinite(states.Row(i));
            var logProbabilities = NextToken.LogProbabilities(logits.Row(i), model.Settings.VocabularySize, members[i].Candidates);
            answers[i] = new PromptAnswer(logProbabilities, null, members[i].Length, 0);
            continuations.Add(new Continuation(sequences[i].Cache, new GreedyText(members[i].MaxNewTokens, model.Settings)));
        }

        var readMilliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds / members.Length;
        new GreedyDecoder(_decoder).Run(pass, continuations, logits, cancellationToken);
        for (var i = 0; i < members.Length; i++)
        {
            answers[i] = answers[i] with
            {
                Text = members[i].MaxNewTokens > 0 ? tokenizer.Decode(continuations[i].Text.Tokens, skipSpecialTokens: true) : null,
                Milliseconds = readMilliseconds + continuations[i].Milliseconds,
            };
        }

        return answers;
    }

    private void RequireFinite(ReadOnlySpan<float> state)
    {
        foreach (var value in state)
        {
            if (!float.IsFinite(value))
            {
                throw new InputException(
                    $"{model.Checkpoint.Folder}: the model's hidden states are not finite numbers. Its weights are damaged, or are not those of this configuration; download it again.");
            }
        }
    }
}
