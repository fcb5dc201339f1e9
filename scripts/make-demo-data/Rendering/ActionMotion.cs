namespace LLaVAction.DemoData.Rendering;

/// <summary>What a verb looks like: how the object, the hands and a tool move while it lasts.</summary>
/// <param name="Object">Pose of the object.</param>
/// <param name="LeftHand">Place of the left hand.</param>
/// <param name="RightHand">Place of the right hand.</param>
/// <param name="PaintTool">Paints what the verb needs besides: a knife, a spoon, water; null for nothing.</param>
public sealed record ActionMotion(
    Pose Object,
    (double X, double Y) LeftHand,
    (double X, double Y) RightHand,
    Action<Canvas>? PaintTool)
{
    private const double Far = 0.36;
    private const double Near = 0.72;
    private const double Middle = 0.89;

    /// <summary>The motion of a verb at a moment.</summary>
    /// <param name="verb">Verb class of the demo vocabulary.</param>
    /// <param name="noun">Noun class; appliances stay where they are.</param>
    /// <param name="progress">0 at the start of the clip to 1 at its end.</param>
    /// <param name="seconds">Seconds since the start of the clip, for motion that repeats.</param>
    public static ActionMotion At(int verb, int noun, double progress, double seconds)
    {
        var swing = Math.Sin(2 * Math.PI * 1.6 * seconds);
        var turn = Math.Cos(2 * Math.PI * 1.6 * seconds);
        return verb switch
        {
            0 => Carry(Smooth((progress - 0.25) / 0.65), progress < 0.25 ? Smooth(progress / 0.25) : 1),
            1 => Carry(1 - Smooth(progress / 0.65), progress > 0.7 ? 1 - Smooth((progress - 0.7) / 0.3) : 1),
            2 => Wash(swing),
            3 => Cut(progress, swing),
            4 => Stir(swing, turn),
            5 => Pour(progress),
            6 => Open(noun, progress),
            _ => TurnOn(progress),
        };
    }

    /// <summary>The object goes between the far side of the table (0) and the hands (1).</summary>
    private static ActionMotion Carry(double way, double reach)
    {
        var y = Far + (way * (Near - Far));
        var hand = y + 0.1 + ((1 - reach) * 0.25);
        return new ActionMotion(new Pose(Middle, y, 0.3 * Math.Sin(way * Math.PI)), (Middle - 0.16, hand), (Middle + 0.16, hand), null);
    }

    private static ActionMotion Wash(double swing)
    {
        var x = 1.42 + (0.07 * swing);
        return new ActionMotion(
            new Pose(x, 0.6, 0.15 * swing),
            (x - 0.15, 0.68),
            (1.5 - (0.06 * swing), 0.64),
            canvas => ObjectPainter.PaintStream(canvas, 1.42, 0.24, 0.57, new Colour(0.55, 0.8, 0.95)));
    }

    private static ActionMotion Cut(double progress, double swing)
    {
        var x = Middle + 0.12 - (0.22 * progress);
        var y = 0.56 - (0.06 * Math.Abs(swing));
        return new ActionMotion(
            new Pose(Middle, 0.62, 0, 1 - (1.8 * progress)),
            (Middle - 0.2, 0.68),
            (x + 0.2, y - 0.02),
            canvas =>
            {
                canvas.Paint(Shape.Wedge(x, y, 0.13, 0.03, Math.PI), new Colour(0.8, 0.82, 0.85));
                canvas.Paint(Shape.Box(x + 0.18, y, 0.06, 0.016, 0.01), new Colour(0.15, 0.12, 0.1));
            });
    }

    private static ActionMotion Stir(double swing, double turn)
    {
        var x = Middle + (0.06 * turn);
        var y = 0.6 + (0.03 * swing);
        return new ActionMotion(
            new Pose(Middle, 0.64),
            (Middle - 0.2, 0.72),
            (x + 0.14, y - 0.16),
            canvas =>
            {
                canvas.Paint(Shape.Box(x + 0.06, y - 0.09, 0.12, 0.012, 0.01, -0.9), new Colour(0.6, 0.4, 0.2));
                canvas.Paint(Shape.Ellipse(x, y, 0.03, 0.02), new Colour(0.6, 0.4, 0.2));
            });
    }

    private static ActionMotion Pour(double progress)
    {
        var tilt = 1.9 * Smooth(progress / 0.5);
        return new ActionMotion(
            new Pose(Middle - 0.05, 0.4, tilt),
            (Middle - 0.24, 0.52),
            (Middle - 0.1, 0.5),
            canvas =>
            {
                canvas.Paint(Shape.HalfCircle(Middle + 0.14, 0.68, 0.1), new Colour(0.75, 0.85, 0.9), 0.8);
                if (progress > 0.35)
                {
                    ObjectPainter.PaintStream(canvas, Middle + 0.1, 0.44, 0.7, new Colour(0.9, 0.75, 0.35));
                }
            });
    }

    private static ActionMotion Open(int noun, double progress)
    {
        var opening = Smooth((progress - 0.3) / 0.6);
        return noun == 8
            ? new ActionMotion(new Pose(0.75, 0.3, Opening: opening), (0.5, 0.95), (0.95 - (0.35 * opening), 0.42), null)
            : new ActionMotion(
                new Pose(Middle, 0.6),
                (Middle - 0.12, 0.68),
                (Middle + 0.05 + (0.12 * opening), 0.46 - (0.06 * opening)),
                canvas => canvas.Paint(
                    Shape.Box(Middle + (0.12 * opening), 0.46 - (0.06 * opening), 0.025, 0.018, 0.006, 3 * opening),
                    new Colour(0.85, 0.8, 0.2)));
    }

    private static ActionMotion TurnOn(double progress)
    {
        var opening = Smooth((progress - 0.3) / 0.3);
        return new ActionMotion(
            new Pose(1.47, 0.44, 1.2 * opening),
            (0.6, 0.98),
            (1.47, 0.3 + (0.4 * (1 - Smooth(progress / 0.3)))),
            canvas => ObjectPainter.PaintStream(canvas, 1.42, 0.24, 0.24 + (0.4 * opening), new Colour(0.55, 0.8, 0.95)));
    }

    private static double Smooth(double way)
    {
        var clamped = Math.Clamp(way, 0, 1);
        return clamped * clamped * (3 - (2 * clamped));
    }
}
