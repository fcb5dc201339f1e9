using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Runs;

namespace LLaVAction.Tests.Comparison;

public sealed class ConfusionTests
{
    private static readonly ComparedRun Run = MadeUpRuns.Of("strong", 0.6);
    private static readonly IReadOnlyList<AskedQuestion> Rows = new CellAnswers(Run, Run.Results.Cells.First()).Rows;

    [Fact]
    public void Each_answer_is_counted_once_under_its_true_and_its_chosen_class()
    {
        var confusion = Confusion.OfVerbs(Rows, int.MaxValue);

        Assert.Equal(Rows.Count, confusion.Counts.Sum(static row => row.Sum()));
        foreach (var (truth, row) in confusion.Classes.Zip(confusion.Counts))
        {
            AskedQuestion[] asked = [.. Rows.Where(entry => entry.Question.VerbClass == truth)];
            Assert.Equal(asked.Length, row.Sum());
            foreach (var (chosen, count) in confusion.Classes.Zip(row))
            {
                Assert.Equal(asked.Count(entry => entry.Question.OptionClasses[entry.Result!.PredictedIndex!.Value].StartsWith($"{chosen}:", StringComparison.Ordinal)), count);
            }
        }
    }

    [Fact]
    public void The_most_frequent_classes_are_kept_and_all_others_share_the_last_column()
    {
        // Every tenth question is of class 2, every second other one of class 1; all answers are of class 0 or 5.
        AskedQuestion[] rows =
        [
            .. Rows.Select(static (row, index) => row with
            {
                Question = row.Question with { NounClass = index % 10 == 0 ? 2 : index % 2, OptionClasses = [.. row.Question.Options.Select(_ => index % 4 == 0 ? "0:0" : "0:5")] },
            }),
        ];
        var confusion = Confusion.OfNouns(rows, 2);

        Assert.Equal([1, 0], confusion.Classes);
        Assert.Equal([0, 0, 120], confusion.Counts[0]);
        Assert.Equal([0, 48, 48], confusion.Counts[1]);
    }

    [Fact]
    public void Questions_without_a_choice_are_left_out()
    {
        var rows = Rows.Select(static (row, index) => index % 2 == 0 ? row with { Result = null } : row).ToArray();

        Assert.Equal(Rows.Count / 2, Confusion.OfVerbs(rows, int.MaxValue).Counts.Sum(static row => row.Sum()));
    }

    [Fact]
    public void Classes_are_called_by_the_word_that_most_of_their_texts_begin_or_end_with()
    {
        string[] options = ["take plate", "take the plate", "grab plate", "turn on tap", "turn off tap"];
        string[] classes = ["0:2", "0:2", "0:2", "6:0", "7:0"];
        AskedSet[] sets = [.. Run.Results.Sets.Select(set => set with { Questions = [.. set.Questions.Select(question => question with { Options = options, OptionClasses = classes })] })];
        var names = ClassNames.Of([Run with { Results = RunResults.Merge(Run.Identity, sets, []) }], SplitFiles.None);

        Assert.Equal(("take", "plate", "tap"), (names.Verb(0), names.Noun(2), names.Noun(0)));

        // One word for two classes would not tell them apart; a class that no option has keeps its number.
        Assert.Equal(("turn (6)", "turn (7)", "9"), (names.Verb(6), names.Verb(7), names.Verb(9)));
        Assert.False(names.AreOfficial);
    }

    [Fact]
    public void Class_files_give_the_names_where_they_are_known()
    {
        var folder = Path.Combine(Testing.Repository.Root, "data", "demo", "annotations");
        var names = ClassNames.Of([Run], SplitFiles.Read(folder, null));

        Assert.True(names.AreOfficial);
        Assert.Equal(ClassFile.Read(Path.Combine(folder, "EPIC_100_verb_classes.csv")).Classes[3].Key, names.Verb(3));
    }
}
