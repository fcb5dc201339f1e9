using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Tables;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>The benchmark card: what a benchmark is made of, and what an examination of its questions found.</summary>
/// <param name="Manifest">What the benchmark says of itself.</param>
/// <param name="ManifestSha256">What identifies it.</param>
/// <param name="Audits">One examination per set.</param>
public sealed record BenchmarkCard(BenchmarkManifest Manifest, string ManifestSha256, IReadOnlyList<SetAudit> Audits)
{
    private static readonly TableColumn Set = new("set", "Set");
    private static readonly TableColumn Provenance = new("provenance", "Predictions");

    /// <summary>Examines a benchmark.</summary>
    /// <param name="folder">The benchmark.</param>
    /// <param name="pool">The pool it was built from; null where the annotation files are not given.</param>
    /// <exception cref="InputException">A set's file was changed or cannot be read.</exception>
    public static BenchmarkCard Of(BenchmarkFolder folder, AnnotationPool? pool)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var audits = new SetAudit[folder.Manifest.Sets.Count];
        Parallel.For(0, audits.Length, index =>
        {
            var entry = folder.Manifest.Sets[index];
            audits[index] = SetAudit.Of(entry, folder.ReadSet(entry.Strategy).Questions, pool);
        });
        return new BenchmarkCard(folder.Manifest, folder.ManifestSha256, audits);
    }

    /// <summary>What must be said with the card.</summary>
    public IEnumerable<string> Notes()
    {
        yield return $"Manifest SHA-256 {ManifestSha256}, built by version {Manifest.ToolVersion}, seed {Manifest.Seed.ToString(CultureInfo.InvariantCulture)}.";
        yield return Manifest.Licence;
        if (Manifest.IsSynthetic)
        {
            yield return "The clips are synthetic: figures on them say nothing about recorded video.";
        }

        if (Manifest.Sets.Any(static set => set.Provenance == Benchmarks.Provenance.Simulated))
        {
            yield return "Some predictions are simulated: figures on their sets, and theirs as judges of every set, say nothing about any recogniser.";
        }

        foreach (var doubt in Manifest.Doubts())
        {
            yield return doubt;
        }

        if (Manifest.PublishedBenchmark is { } published)
        {
            yield return $"Questions, options and truths are those that {SettingNames.Of(published)} publishes, imported as they are.";
        }
        else if (Audits.All(static audit => audit.Pool is null))
        {
            yield return "Overlap with the train split, and narrations of other classes in the whole pool, need the annotation files: give --annotations and --narrations.";
        }
    }

    /// <summary>The card's tables, in the order to be read.</summary>
    public IReadOnlyList<Section> Tables()
    {
        Section[] sections =
        [
            new("sources", "Sources", Sources()),
            new("sets", "Sets", Sets()),
            new("options_only", "What the options alone give away (accuracy without any video)", OptionsOnly()),
            new("judges", "Dumps as judges: their best-ranked option is their answer", Judges()),
            new("dumps", "Agreement of the dumps", Dumps()),
            new("may_be_true", "Distractors that may be true, near-equal texts", Ambiguity()),
            new("decides", "What decides", Decides()),
            new("ranks", "Questions by rank of the truth in the dump", Ranks()),
            new("positions", "Answers by position", Positions()),
            new("categories", "Questions by category", Categories()),
            new("overlap", "Share of questions seen in the rest of the pool", Overlap()),
        ];
        return [.. sections.Where(static section => section.Table.Rows.Count > 0)];
    }

    private Table Sources()
    {
        var table = new Table(
            new TableColumn("role", "Role"), new TableColumn("file", "File"), new TableColumn("rows", "Rows", ColumnAlignment.Right), new TableColumn("sha256", "SHA-256"));
        foreach (var source in Manifest.Sources)
        {
            table.Add(source.Role, source.File, source.Rows, source.Sha256);
        }

        return table;
    }

    private Table Sets()
    {
        // Ties are rare, and their column is shown where there are any.
        var hasTies = Manifest.Sets.Any(static set => set.TiesAtCut > 0);
        TableColumn[] ties = hasTies ? [new TableColumn("ties_at_cut", "Ties at the cut", ColumnAlignment.Right)] : [];
        var table = new Table(
        [
            Set, Provenance,
            new TableColumn("questions", "Questions", ColumnAlignment.Right),
            new TableColumn("options", "Options", ColumnAlignment.Right),
            TableColumn.Percent("chance", "Chance"),
            new TableColumn("truth_in_first_k", "Truth in first K", ColumnAlignment.Right),
            .. ties,
            new TableColumn("substitutions", "Substitutions", ColumnAlignment.Right),
            new TableColumn("redrawn_narrations", "Redrawn", ColumnAlignment.Right),
            new TableColumn("excluded", "Left out", ColumnAlignment.Right),
            new TableColumn("sha256", "SHA-256"),
        ]);
        foreach (var entry in Audits.Select(static audit => audit.Entry))
        {
            object?[] tiesAtCut = hasTies ? [entry.TiesAtCut] : [];
            table.Add(
            [
                entry.Strategy, SettingNames.Of(entry.Provenance), entry.Questions, Manifest.OptionsPerQuestion, entry.Chance,
                entry.TruthInFirstK, .. tiesAtCut, entry.Substitutions, entry.RedrawnNarrations, entry.Excluded, entry.Sha256,
            ]);
        }

        return table;
    }

    private Table OptionsOnly()
    {
        var table = new Table(
            Set, Provenance,
            TableColumn.Percent("chance", "Chance"),
            TableColumn.Percent("centrality", "Most central option"),
            TableColumn.Percent("train_frequency", "Most frequent class"),
            TableColumn.Percent("logistic_model", "Small model, cross-validated"),
            TableColumn.Percent("longest", "Longest option"),
            TableColumn.Percent("shortest", "Shortest option"),
            TableColumn.Number("answer_length", "Answer letters", 1),
            TableColumn.Number("distractor_length", "Distractor letters", 1));
        foreach (var audit in Audits)
        {
            var only = audit.Entry.OptionsOnly;
            table.Add(
                audit.Entry.Strategy, SettingNames.Of(audit.Entry.Provenance), audit.Entry.Chance,
                only?.Centrality, only?.TrainFrequencyPrior, only?.LogisticModel,
                audit.LongestAccuracy, audit.ShortestAccuracy, audit.MeanAnswerLength, audit.MeanDistractorLength);
        }

        return table;
    }

    private Table Judges()
    {
        var table = new Table(Set, Provenance, new TableColumn("judge", "Judge"), TableColumn.Percent("accuracy", "Accuracy"), new TableColumn("remark", "Remark"));
        foreach (var entry in Audits.Select(static audit => audit.Entry))
        {
            foreach (var judge in entry.Judges)
            {
                table.Add(
                    entry.Strategy, SettingNames.Of(ProvenanceOf(judge)), judge.Dump, judge.Accuracy,
                    judge.IsOwnSet ? "handicapped by construction: the distractors are its own best guesses" : "");
            }
        }

        return table;
    }

    private Table Dumps()
    {
        var table = new Table(
            new TableColumn("first", "First"), new TableColumn("second", "Second"), new TableColumn("clips", "Clips", ColumnAlignment.Right), new TableColumn("depth", "Ranks", ColumnAlignment.Right),
            TableColumn.Percent("top_agreement", "Same first class"), TableColumn.Percent("overlap", "Classes shared"));
        foreach (var (index, first) in Audits.Index())
        {
            foreach (var second in Audits.Skip(index + 1))
            {
                if (DumpOverlap.Of(first.FirstClasses, second.FirstClasses) is { } overlap)
                {
                    table.Add(first.Entry.Strategy, second.Entry.Strategy, overlap.Clips, overlap.Depth, overlap.TopAgreement, overlap.Overlap);
                }
            }
        }

        return table;
    }

    // What was stated of a judge; sets built before judges carried it have it in the judge's own entry.
    private Provenance ProvenanceOf(JudgeAccuracy judge) => judge.Provenance != Benchmarks.Provenance.Unstated
        ? judge.Provenance
        : Manifest.Sets.FirstOrDefault(set => set.Strategy == judge.Dump)?.Provenance ?? judge.Provenance;

    private Table Ambiguity()
    {
        var table = new Table(
            Set, Provenance,
            TableColumn.Percent("may_be_true", "May be true"),
            TableColumn.Percent("multi_noun", "Several nouns"),
            TableColumn.Percent("overlap", "Overlapping clip"),
            TableColumn.Percent("near_answer", "Nearly the answer"),
            TableColumn.Percent("near_pairs", "Any near-equal pair"),
            TableColumn.Percent("answer_narrates_other_class", "Answer narrates another class too"));
        foreach (var audit in Audits)
        {
            var questions = Math.Max(1, audit.Entry.Questions);
            double? OfActions(double share) => Manifest.PublishedBenchmark is null ? share : null;
            table.Add(
                audit.Entry.Strategy, SettingNames.Of(audit.Entry.Provenance), OfActions((double)audit.Entry.QuestionsWithAlsoTrue / questions),
                OfActions(audit.MultiNoun), OfActions(audit.Overlap), audit.NearEqualToAnswer, audit.NearEqualPairs, OfActions(audit.AnswerNarratesOtherClass));
        }

        return table;
    }

    private Table Decides()
    {
        var table = new Table(
            Set, Provenance,
            TableColumn.Percent("verb_alone", "Verb alone"),
            TableColumn.Percent("noun_alone", "Noun alone"),
            TableColumn.Percent("needs_both", "Needs both"));
        foreach (var audit in Manifest.PublishedBenchmark is null ? Audits : [])
        {
            table.Add(audit.Entry.Strategy, SettingNames.Of(audit.Entry.Provenance), audit.VerbAlone, audit.NounAlone, audit.NeedsBoth);
        }

        return table;
    }

    private Table Ranks()
    {
        var table = new Table(
            Set, Provenance,
            new TableColumn("rank_1", "1", ColumnAlignment.Right),
            new TableColumn("rank_2_5", "2-5", ColumnAlignment.Right),
            new TableColumn("rank_6_20", "6-20", ColumnAlignment.Right),
            new TableColumn("rank_over_20", "over 20", ColumnAlignment.Right),
            new TableColumn("not_ranked", "not in the dump", ColumnAlignment.Right));
        foreach (var audit in Audits.Where(static audit => audit.Entry.DumpFormat is not null))
        {
            table.Add([audit.Entry.Strategy, SettingNames.Of(audit.Entry.Provenance), .. audit.TruthRanks.Cast<object?>()]);
        }

        return table;
    }

    private Table Positions()
    {
        var table = new Table(
            Set, new TableColumn("position", "Position"), new TableColumn("answers", "Answers", ColumnAlignment.Right), new TableColumn("p_even", "p of even positions", ColumnAlignment.Right));
        foreach (var audit in Audits)
        {
            for (var position = 0; position < audit.AnswerPositions.Count; position++)
            {
                table.Add(audit.Entry.Strategy, ((char)('A' + position)).ToString(), audit.AnswerPositions[position], Math.Round(audit.AnswerPositionsPValue, 6));
            }
        }

        return table;
    }

    private Table Categories()
    {
        var table = new Table(Set, new TableColumn("kind", "Kind"), new TableColumn("category", "Category"), new TableColumn("questions", "Questions", ColumnAlignment.Right));
        foreach (var audit in Audits)
        {
            foreach (var (kind, category, questions) in audit.Categories)
            {
                table.Add(audit.Entry.Strategy, kind, category, questions);
            }
        }

        return table;
    }

    private Table Overlap()
    {
        var table = new Table(
            Set,
            new TableColumn("clips", "Clips not asked about", ColumnAlignment.Right),
            TableColumn.Percent("class_seen", "Class"),
            TableColumn.Percent("narration_seen", "Narration"),
            TableColumn.Percent("participant_seen", "Participant"),
            TableColumn.Percent("video_seen", "Video"));
        foreach (var (entry, pool) in Audits.Where(static audit => audit.Pool is not null).Select(static audit => (audit.Entry, audit.Pool!)))
        {
            table.Add(entry.Strategy, pool.Clips, pool.ClassSeen, pool.NarrationSeen, pool.ParticipantSeen, pool.VideoSeen);
        }

        return table;
    }
}
