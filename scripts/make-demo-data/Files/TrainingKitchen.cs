using LLaVAction.DemoData.Rendering;
using LLaVAction.DemoData.Scenes;
using LLaVAction.Epic;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Prompts;
using LLaVAction.Testing;
using LLaVAction.Training;

namespace LLaVAction.DemoData.Files;

/// <summary>What the demo's models are trained on, which is not committed: <c>scripts/train-demo.sh</c> makes it again.</summary>
public static class TrainingKitchen
{
    private const int Participants = 10;
    private const int VideosEach = 10;
    private const int MostOptions = 5;

    // LLaVAction's action token and heads, at toy sizes; a recogniser needs less of a language model.
    private static readonly ModelConfiguration Student = Model(new(96, 4, 4, 4, 24, 192, 2000, true, 1e4, 1e-6, 4096));
    private static readonly ModelConfiguration Recogniser = Model(new(96, 4, 3, 1, 32, 192, 2000, true, 1e4, 1e-6, 4096));

    /// <summary>Writes <c>annotations</c>, <c>videos</c>, <c>language.jsonl</c>, <c>prompts.jsonl</c>, and checkpoints <c>student</c> and <c>recogniser</c>.</summary>
    public static void Write(string folder)
    {
        var videos = DemoKitchen.DrawTraining(Participants, VideosEach);
        AnnotationFiles.WriteTraining(videos, Path.Combine(folder, "annotations"));
        Write(Student, Path.Combine(folder, "student"), KeepsWords);
        Write(Recogniser, Path.Combine(folder, "recogniser"), static _ => 1);
        WriteRows(Path.Combine(folder, "language.jsonl"), 20_000, static options => $"Here are the options of actions you are selecting:\n{options}");
        WriteRows(Path.Combine(folder, "prompts.jsonl"), 2400, static options => TaskPrompts.MultipleChoice(PromptPerspective.Egocentric, options));
        Parallel.ForEach(videos, video =>
        {
            var path = Path.Combine(folder, "videos", video.ParticipantId, video.VideoId + ".MP4");
            if (!File.Exists(path))
            {
                VideoEncoder.Encode(video, VideoFormat.Training, path + ".part.mp4");
                File.Move(path + ".part.mp4", path);
            }
        });
    }

    private static void WriteRows(string path, int count, Func<string, string> question) =>
        File.WriteAllBytes(path, TrainingJson.ToLines([.. Enumerable.Range(0, count).Select(number => LanguageRow(number, question))]));

    /// <summary>A row of text alone, which teaches to choose: an action in words, and options of which one is that action.</summary>
    private static TrainingRow LanguageRow(int number, Func<string, string> question)
    {
        var random = new KeyedRandom(DemoKitchen.Seed, FormattableString.Invariant($"{number}"), "language");
        var actions = DemoVocabulary.Actions.ToArray();
        random.Shuffle(actions.AsSpan());
        var options = actions[..(2 + random.NextInt32(MostOptions - 1))].Select((action, place) => $"{OptionList.Letter(place)}. {Phrase(action)}").ToArray();
        var answer = random.NextInt32(options.Length);
        return new TrainingRow
        {
            Video = null,
            Id = FormattableString.Invariant($"language-{number}"),
            Conversations =
            [
                new("human", $"{(random.NextInt32(2) == 0 ? options[answer][3..] : Phrase(actions[answer]))}\n{question(string.Join(", ", options))}"),
                new("gpt", options[answer]),
            ],
        };

        string Phrase(ActionClass action)
        {
            var phrases = DemoVocabulary.Verbs[action.Verb].Phrases;
            return $"{phrases[random.NextInt32(phrases.Count)].Replace('-', ' ')} {DemoVocabulary.Nouns[action.Noun].Spoken}";
        }
    }

    // Layers that add little to words at first: attention finds equal words among the options many times sooner.
    private static float KeepsWords(string tensor) =>
        tensor == CanonicalNames.TokenEmbedding ? 20
        : tensor.EndsWith("o_proj.weight", StringComparison.Ordinal) || tensor.EndsWith("down_proj.weight", StringComparison.Ordinal) ? 0.3f
        : 1;

    private static ModelConfiguration Model(LanguageConfiguration language) => new()
    {
        Format = CheckpointFormat.Original,
        Vision = new(64, 3, 4, 128, 84, 14, 1e-6),
        Language = language,
        ActionToken = ActionTokenMode.OneToken,
        ActionHeads = new ActionHeadSizes(DemoVocabulary.Verbs.Count, DemoVocabulary.Nouns.Count, DemoVocabulary.Actions.Count),
        Generation = new GenerationSettings { EndOfSequenceIds = [1997, 1995] },
    };

    private static void Write(ModelConfiguration model, string folder, Func<string, float> factor)
    {
        RandomCheckpoint.Write(folder, model, new RandomCheckpointOptions { Seed = DemoKitchen.Seed, Factor = factor });
        foreach (var name in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            File.Copy(Path.Combine(Repository.Root, "tests", "Goldens", "tokenizer", "tiny", name), Path.Combine(folder, name), overwrite: true);
        }
    }
}
