using LLaVAction.Reports.Figures;
using LLaVAction.Testing;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Reports;

/// <summary>The figure of trainings.</summary>
public sealed class TrainingPlotTests
{
    [Fact]
    public void Each_training_has_a_line_for_each_loss_and_its_evaluations_are_marked()
    {
        var drawing = TrainingPlot.Draw([Curve("easy", 1000, 100, 0.25), Curve("hard", 500, 250, 0.75)])!;

        Assert.Equal(6, drawing.Shapes.OfType<Polyline>().Count());
        Assert.Equal(["s0", "s1"], drawing.Shapes.OfType<Polyline>().Select(static line => line.Style).Distinct().Order());
        Assert.All(drawing.Shapes.OfType<Polyline>(), static line => Assert.InRange(line.Points.Split(' ').Length, 2, 200));
        Assert.Equal(10 + 2, drawing.Shapes.OfType<Mark>().Count(static mark => mark.Title.EndsWith(" %", StringComparison.Ordinal)));
        Assert.Contains(drawing.Shapes.OfType<Mark>(), static mark => mark.Title == "step 1000: 25.0 %");
        Assert.Contains(drawing.Shapes.OfType<Label>(), static label => label.Text == "hard");

        // Everything lies inside the picture, losses of 17 as well as shares.
        Assert.All(drawing.Shapes.OfType<Mark>(), mark => Assert.True(mark.X >= 0 && mark.X <= drawing.Width && mark.Y >= 0 && mark.Y <= drawing.Height, mark.Title));
        Assert.InRange(drawing.Shapes.OfType<Segment>().Count(static line => line.Style == "grid"), 9, 24);
    }

    [Fact]
    public void A_training_that_has_only_begun_draws_what_there_is()
    {
        Assert.Null(TrainingPlot.Draw([]));
        Assert.Null(TrainingPlot.Draw([new("new", new TrainingMetrics([], new Dictionary<int, TrainingEvaluation>()))]));
        Assert.NotNull(TrainingPlot.Draw([Curve("new", 1, 10, 0)]));
    }

    [Fact]
    public void Metrics_are_read_up_to_a_line_that_is_being_written()
    {
        using var folder = new TemporaryFolder();
        folder.Write("run/metrics.jsonl", string.Concat(Curve("run", 2, 2, 0.5).Metrics.Steps.Select(TrainingMetrics.LineOf)) + TrainingMetrics.LineOf(2, new(0.5, 4, new Dictionary<string, double>())) + "{\"step\":3,\"ep");

        var read = TrainingCurve.Read(folder["run"]);

        Assert.Equal(("run", 2, 0.5), (read.Name, read.Metrics.Steps.Count, read.Metrics.Evaluations[2].Accuracy));
        Assert.Contains("--training", Assert.Throws<InputException>(() => TrainingCurve.Read(folder["none"])).Message, StringComparison.Ordinal);
    }

    private static TrainingCurve Curve(string name, int steps, int every, double accuracy) => new(name, new TrainingMetrics(
        [.. Enumerable.Range(1, steps).Select(step => new TrainingStep(step, 0, 17.0 / step, 17.0 / step, 3.0 / step, 0, 1e-5, 1, 2, 0, 0.1))],
        Enumerable.Range(1, steps / every).ToDictionary(i => i * every, _ => new TrainingEvaluation(accuracy, 4, new Dictionary<string, double> { ["random"] = accuracy }))));
}
