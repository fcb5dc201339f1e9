using System.Diagnostics;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>Answers prompts that share a prefix: one prefill, then their own parts in passes of fixed shape.</summary>
/// <remarks>
/// The prefix ends where the video ends, whatever else the prompts have in common: what is shared must not depend on who
/// shares it.
/// </remarks>
internal sealed class PrefixRunner(LlavaInference model, ITokenizer tokenizer, KeyValueCache cache, ShapeInForce shape)
{
    private readonly Qwen2Inference _decoder = model.Decoder;

    /// <summary>Answers the batch.</summary>
    /// <param name="batch">Which prompts, and what they share.</param>
    /// <param name="prompts">The prompts of the group.</param>
    /// <param name="video">The video's tokens [count, hidden]; null without video.</param>
    /// <param name="answers">Takes the answers, at the prompts' indices.</param>
    /// <param name="cancellationToken">Read between layers.</param>
    /// <returns>Time of the shared prefill, in milliseconds; on a GPU, time to have it started.</returns>
    public double Run(
        PrefixBatch batch,
        IReadOnlyList<PreparedPrompt> prompts,
        Tensor? video,
        PromptAnswer[] answers,
        CancellationToken cancellationToken)
    {
        double prefillMilliseconds = 0;
        int[] members = [.. batch.Members.Where(i => prompts[i].Tokens.AfterVideo.Count <= BatchShape.MostSuffixTokens)];
        if (members.Length > 0)
        {
            prefillMilliseconds += RunOver(batch, 0, members, prompts, video, answers, cancellationToken);
        }

        // A long text of its own is prefilled with the prefix, up to its last few tokens.
        foreach (var member in batch.Members.Where(i => prompts[i].Tokens.AfterVideo.Count > BatchShape.MostSuffixTokens))
        {
            var text = prompts[member].Tokens.AfterVideo.Count;
            var own = ((text - 1) % shape.Current.LengthMultiple) + 1;
            prefillMilliseconds += RunOver(batch, text - own, [member], prompts, video, answers, cancellationToken);
        }

        return prefillMilliseconds;
    }

    private double RunOver(
        PrefixBatch batch,
        int sharedText,
        int[] members,
        IReadOnlyList<PreparedPrompt> prompts,
        Tensor? video,
        PromptAnswer[] answers,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        int[] shared = [.. prompts[members[0]].Tokens.AfterVideo.Take(sharedText)];
        var prefix = batch.BeforeVideo.Count + (batch.HasVideo ? (int)video!.shape[0] : 0) + shared.Length;
        int[] ownLengths = [.. members.Select(i => prompts[i].Tokens.AfterVideo.Count - sharedText)];

        // Room for all that may follow, because buffers that grow lose what they hold.
        var room = SuffixChunk.Plan(ownLengths, shape.Current).Max(chunk => Room(chunk, members, prompts));
        Prefill();
        var prefillMilliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var done = new HashSet<int>();
        while (done.Count < members.Length)
        {
            int[] left = [.. Enumerable.Range(0, members.Length).Where(i => !done.Contains(i))];
            var next = shape.Run(ShapeAxis.SuffixRows, _ =>
            {
                var chunk = SuffixChunk.Plan([.. left.Select(i => ownLengths[i])], shape.Current)[0];
                int[] chosen = [.. chunk.Members.Select(i => left[i])];
                Answer(chunk with { Members = chosen });
                return chunk with { Members = chosen };
            });
            done.UnionWith(next.Members);
        }

        return prefillMilliseconds;

        void Prefill()
        {
            using var scope = NewDisposeScope();
            cache.Reserve(prefix + room);
            if (prefix == 0)
            {
                return;
            }

            Tensor?[] parts =
            [
                batch.BeforeVideo.Count > 0 ? model.Model.Embed(batch.BeforeVideo) : null,
                batch.HasVideo ? video : null,
                shared.Length > 0 ? model.Model.Embed(shared) : null,
            ];
            _decoder.Fill(cat(parts.OfType<Tensor>().ToArray()), cache, cancellationToken);
        }

        void Answer(SuffixChunk chunk)
        {
            var chunkStarted = Stopwatch.GetTimestamp();
            PreparedPrompt[] asked = [.. chunk.Members.Select(i => prompts[members[i]])];
            int[][] own = [.. asked.Select(prompt => prompt.Tokens.AfterVideo.Skip(sharedText).ToArray())];
            GreedyText[] texts = [.. asked.Select(prompt => new GreedyText(prompt.MaxNewTokens, model.Model.Settings))];
            var scores = new SuffixPass(model, cache, prefix, chunk, own).Run(asked, texts, cancellationToken);
            var milliseconds = Stopwatch.GetElapsedTime(chunkStarted).TotalMilliseconds / asked.Length;
            for (var i = 0; i < asked.Length; i++)
            {
                var text = asked[i].MaxNewTokens > 0 ? tokenizer.Decode(texts[i].Tokens, skipSpecialTokens: true) : null;
                answers[members[chunk.Members[i]]] = new PromptAnswer(scores[i], text, asked[i].Length, milliseconds);
            }
        }
    }

    private static int Room(SuffixChunk chunk, int[] members, IReadOnlyList<PreparedPrompt> prompts)
        => chunk.Rows * (chunk.Length + chunk.Members.Max(i => prompts[members[i]].MaxNewTokens));
}
