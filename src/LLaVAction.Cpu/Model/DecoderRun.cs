using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>One sequence that is yet to be run: its input and the cache that takes it.</summary>
internal sealed record PendingSequence(InputSequence Input, KeyValueCache Cache);

/// <summary>
/// Runs sequences of any number and length through the decoder in passes of bounded size, so that activations stay small.
/// Every row's bits are its own whatever shares its pass.
/// </summary>
internal static class DecoderRun
{
    public const int RowsPerPass = 1024;

    public static int RowsNeeded(long rows) => (int)Math.Clamp(rows, 1, RowsPerPass);

    // Fills the caches; no hidden state is wanted.
    public static void Fill(Qwen2Model model, DecoderPass pass, PendingSequence sequence, CancellationToken cancellationToken)
    {
        for (var start = 0; start < sequence.Input.Length; start += pass.Capacity)
        {
            var count = Math.Min(pass.Capacity, sequence.Input.Length - start);
            pass.Begin([new SequenceRows(0, count, sequence.Cache)]);
            sequence.Input.Embed(start, pass.HiddenStates);
            model.Forward(pass, WantedRows.None, null, cancellationToken);
        }
    }

    /// <summary>
    /// Fills the caches and gives the last hidden state of each sequence, before the final norm.
    /// </summary>
    /// <param name="model">The decoder.</param>
    /// <param name="pass">Room for a pass.</param>
    /// <param name="sequences">The sequences, none empty.</param>
    /// <param name="lastStates">Takes one row per sequence [sequences, hidden].</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public static void LastStates(
        Qwen2Model model, DecoderPass pass, IReadOnlyList<PendingSequence> sequences, MatrixView lastStates, CancellationToken cancellationToken)
    {
        var next = 0;
        var done = 0;
        using var passStates = new Matrix(Math.Min(sequences.Count, pass.Capacity), model.HiddenSize);
        while (next < sequences.Count)
        {
            // A pass takes what is left of a sequence and as many of the following as fit; the last may be cut.
            var rows = new List<SequenceRows>();
            var members = new List<(int Sequence, int Start)>();
            var used = 0;
            while (next < sequences.Count && used < pass.Capacity)
            {
                var count = Math.Min(pass.Capacity - used, sequences[next].Input.Length - done);
                rows.Add(new SequenceRows(used, count, sequences[next].Cache));
                members.Add((next, done));
                used += count;
                done += count;
                if (done == sequences[next].Input.Length)
                {
                    next++;
                    done = 0;
                }
            }

            pass.Begin(rows);
            for (var i = 0; i < rows.Count; i++)
            {
                sequences[members[i].Sequence].Input.Embed(members[i].Start, pass.HiddenStates.SliceRows(rows[i].FirstRow, rows[i].Count));
            }

            var states = passStates.View.SliceRows(0, rows.Count);
            model.Forward(pass, WantedRows.LastOfEach, states, cancellationToken);
            for (var i = 0; i < rows.Count; i++)
            {
                // Of a sequence that was cut, the row of its last part overwrites that of the first.
                states.Row(i).CopyTo(lastStates.Row(members[i].Sequence));
            }
        }
    }
}
