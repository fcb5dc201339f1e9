using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;
using LLaVAction.Torch.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>One row as the model is trained on it.</summary>
/// <param name="Tokens">Ids and labels.</param>
/// <param name="Pixels">Pixel values [frames, 3, size, size]; null for text alone.</param>
/// <param name="Selection">Which of the frames are shown, in order.</param>
/// <param name="Classes">Verb, noun and action; −1 for none.</param>
internal sealed record TrainingExample(SupervisedTokens Tokens, Tensor? Pixels, IReadOnlyList<int> Selection, (int Verb, int Noun, int Action) Classes);

/// <summary>The losses of a micro-batch; <paramref name="Total"/> is what is differentiated.</summary>
/// <param name="Total">Language loss plus the weighted heads' loss.</param>
/// <param name="Language">Mean cross entropy over the supervised positions.</param>
/// <param name="Answer">The same over answer tokens alone, for the record; NaN where the batch holds none.</param>
/// <param name="Vision">The heads' loss, unweighted; 0 without labelled rows.</param>
internal sealed record BatchLoss(Tensor Total, Tensor Language, Tensor Answer, Tensor Vision);

/// <summary>The total loss of a micro-batch of rows.</summary>
internal static class TrainingLoss
{
    /// <summary>Computes it.</summary>
    /// <exception cref="InputException">No token of the batch is supervised.</exception>
    public static BatchLoss Of(Llava model, IReadOnlyList<TrainingExample> examples, TrainerSettings settings)
    {
        using var scope = NewDisposeScope();
        var videos = VisualTokens(model, examples);
        var tokens = examples.Select((example, i) => example.Tokens.Expanded((int)(videos[i]?.shape[0] ?? 0), settings.MaximumLength)).ToArray();
        var length = tokens.Max(row => row.Ids.Length);
        var embeddings = stack(tokens.Select((row, i) => Embed(model, row, videos[i], length)));
        var states = model.Decoder!.HiddenStates(embeddings);
        var (language, answer) = LanguageLoss(model, states[^1], tokens);
        var vision = VisionLoss(model, examples, tokens, states, settings);
        var total = vision is null ? language : language + (settings.VisionWeight * vision);
        return new BatchLoss(
            total.MoveToOuterDisposeScope(),
            language.detach().MoveToOuterDisposeScope(),
            answer.MoveToOuterDisposeScope(),
            (vision?.detach() ?? zeros_like(language)).MoveToOuterDisposeScope());
    }

    // The visual tokens [count, hidden] of each row, null for text alone; one pass encodes the frames of all rows.
    private static Tensor?[] VisualTokens(Llava model, IReadOnlyList<TrainingExample> examples)
    {
        Tensor[] pixels = [.. examples.Select(example => example.Pixels).OfType<Tensor>()];
        if (pixels.Length == 0)
        {
            return new Tensor?[examples.Count];
        }

        var clips = new Queue<Tensor>(model.EncodeFrames(pixels.Length == 1 ? pixels[0] : cat(pixels)).split([.. pixels.Select(clip => clip.shape[0])]));
        return [.. examples.Select(example => example.Pixels is null ? null : model.ArrangeVisualTokens(clips.Dequeue(), example.Selection))];
    }

    // Embeddings [length, hidden] of one row, its video among them, padded on the right with zeros.
    private static Tensor Embed(Llava model, SupervisedTokens tokens, Tensor? video, int length)
    {
        var first = Array.IndexOf(tokens.Ids, PromptTokens.VideoPlaceholderId);
        var shown = tokens.Ids.Count(id => id == PromptTokens.VideoPlaceholderId);
        var row = first < 0
            ? model.Embed(tokens.Ids)
            : cat([model.Embed(tokens.Ids[..first]), video!.narrow(0, 0, shown), model.Embed(tokens.Ids[(first + shown)..])]);
        return tokens.Ids.Length == length ? row : nn.functional.pad(row, [0, 0, 0, length - tokens.Ids.Length]);
    }

    private static (Tensor Loss, Tensor Answer) LanguageLoss(Llava model, Tensor states, SupervisedTokens[] tokens)
    {
        var length = states.shape[1];
        var positions = new List<long>();
        var targets = new List<long>();
        var answers = new List<long>();
        for (var row = 0; row < tokens.Length; row++)
        {
            for (var i = 1; i < tokens[row].Ids.Length; i++)
            {
                if (tokens[row].Labels[i] != SupervisedTokens.Ignored)
                {
                    if (tokens[row].IsAnswer[i])
                    {
                        answers.Add(positions.Count);
                    }

                    positions.Add((row * length) + i - 1);
                    targets.Add(tokens[row].Labels[i]);
                }
            }
        }

        if (positions.Count == 0)
        {
            throw new InputException("No token of a row is supervised: its answer lies beyond the longest sequence. Use fewer frames.");
        }

        // Logits of supervised positions alone, in the model's type, and widened, as transformers does.
        var device = states.device;
        var supervised = states.flatten(0, 1).index_select(0, tensor(positions.ToArray(), device: device));
        var logits = Widened(nn.functional.linear(supervised, model.OutputWeight));
        var losses = nn.functional.cross_entropy(logits, tensor(targets.ToArray(), device: device), reduction: nn.Reduction.None);
        var answer = answers.Count == 0 ? full([], double.NaN, losses.dtype, device) : losses.detach().index_select(0, tensor(answers.ToArray(), device: device)).mean();
        return (losses.mean(), answer);
    }

    // Σ over layers of the weighted cross entropies, divided by the number of layers + 1; null without heads or labelled rows.
    private static Tensor? VisionLoss(
        Llava model, IReadOnlyList<TrainingExample> examples, SupervisedTokens[] tokens, IReadOnlyList<Tensor> states, TrainerSettings settings)
    {
        int[] rows = [.. Enumerable.Range(0, examples.Count).Where(i => examples[i].Pixels is not null && examples[i].Classes.Verb >= 0)];
        if (model.ActionHeads is not { } heads || model.Settings.ActionToken == ActionTokenMode.None || rows.Length == 0)
        {
            return null;
        }

        var read = model.Layout.ActionReadoutCount;
        var chosen = settings.Layers switch
        {
            SupervisedLayers.Last => [states[^1]],
            SupervisedLayers.First => [states[0]],
            _ => states,
        };
        Tensor? sum = null;
        foreach (var layer in chosen)
        {
            var actions = stack(rows.Select(row => layer[row].narrow(0, LastVisual(tokens[row]) + 1 - read, read)));
            var (verb, noun, action) = heads.Logits(actions);
            var loss = (settings.VerbWeight * Entropy(verb, row => row.Verb))
                + (settings.NounWeight * Entropy(noun, row => row.Noun))
                + (settings.ActionWeight * Entropy(action, row => row.Action));
            sum = sum is null ? loss : sum + loss;
        }

        return sum! / (chosen.Count + 1);

        Tensor Entropy(Tensor logits, Func<(int Verb, int Noun, int Action), int> classOf) => nn.functional.cross_entropy(
            logits, tensor(rows.Select(row => (long)classOf(examples[row].Classes)).ToArray(), device: logits.device));
    }

    private static int LastVisual(SupervisedTokens tokens) => Array.LastIndexOf(tokens.Ids, PromptTokens.VideoPlaceholderId);

    private static Tensor Widened(Tensor logits) => logits.dtype == ScalarType.Float64 ? logits : logits.to_type(ScalarType.Float32);
}
