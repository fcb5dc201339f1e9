using LLaVAction.DemoData.Scenes;
using LLaVAction.Epic;

namespace LLaVAction.DemoData.Rendering;

/// <summary>Paints the frames of a synthetic video: table, sink, stove, objects, and the two hands of the wearer.</summary>
public sealed class SceneRenderer
{
    private readonly DemoVideo _video;
    private readonly Colour _table;
    private readonly Colour _sleeve;
    private readonly IReadOnlyList<(int Noun, double X, double Y)> _clutter;

    /// <summary>Prepares a video; the table, the sleeves and what lies about are the participant's own.</summary>
    public SceneRenderer(DemoVideo video)
    {
        ArgumentNullException.ThrowIfNull(video);
        _video = video;
        var random = new KeyedRandom(DemoKitchen.Seed, video.ParticipantId, "kitchen");
        var warmth = random.NextDouble();
        _table = new Colour(0.5 + (0.2 * warmth), 0.42 + (0.1 * warmth), 0.38 - (0.1 * warmth));
        _sleeve = new Colour(0.2 + (0.5 * random.NextDouble()), 0.2 + (0.4 * random.NextDouble()), 0.3 + (0.5 * random.NextDouble()));
        _clutter = [(random.NextInt32(3), 0.22, 0.3), (4 + random.NextInt32(2), 0.3, 0.62)];
    }

    /// <summary>Paints the frame at a time of the video.</summary>
    /// <param name="canvas">The picture; all of it is painted.</param>
    /// <param name="seconds">Seconds from the start of the video.</param>
    public void Paint(Canvas canvas, double seconds)
    {
        ArgumentNullException.ThrowIfNull(canvas);

        // The camera is on a head: it sways a little.
        var swayX = (0.012 * Math.Sin(seconds * 1.7)) + (0.006 * Math.Sin(seconds * 4.1));
        var swayY = (0.008 * Math.Sin((seconds * 1.3) + 1)) + (0.004 * Math.Sin(seconds * 5.3));
        PaintRoom(canvas, swayX, swayY);

        var leftHand = (X: 0.55, Y: 0.98);
        var rightHand = (X: 1.2, Y: 0.98);
        foreach (var clip in _video.Clips.Where(clip => clip.StartSeconds <= seconds && seconds < clip.StopSeconds))
        {
            var motion = MotionOf(clip, seconds);
            var pose = motion.Object with { X = motion.Object.X + swayX, Y = motion.Object.Y + swayY };
            for (var noun = clip.AllNounClasses.Count - 1; noun >= 0; noun--)
            {
                ObjectPainter.Paint(canvas, clip.AllNounClasses[noun], pose with { X = pose.X + (0.24 * noun) });
            }

            motion.PaintTool?.Invoke(canvas);
            (leftHand, rightHand) = (motion.LeftHand, motion.RightHand);
        }

        PaintHand(canvas, leftHand, 0.35);
        PaintHand(canvas, rightHand, 1.4);
    }

    private static ActionMotion MotionOf(ClipAnnotation clip, double seconds)
    {
        var elapsed = seconds - clip.StartSeconds;
        return ActionMotion.At(clip.Class.Verb, clip.Class.Noun, elapsed / (clip.StopSeconds - clip.StartSeconds), elapsed);
    }

    private void PaintRoom(Canvas canvas, double swayX, double swayY)
    {
        canvas.Fill((x, y) =>
        {
            if (y < 0.14 + swayY)
            {
                return new Colour(0.78, 0.8, 0.78);
            }

            var plank = Math.Floor((y - swayY) * 7);
            var grain = 0.03 * Math.Sin(((x - swayX) * 40) + (plank * 2.4)) * Math.Sin((y * 90) + plank);
            return _table.Shade(1 + grain + (0.05 * ((plank % 2) - 0.5)));
        });
        canvas.Paint(Shape.Box(1.45 + swayX, 0.55 + swayY, 0.26, 0.22, 0.04), new Colour(0.7, 0.73, 0.75));
        canvas.Paint(Shape.Box(1.45 + swayX, 0.57 + swayY, 0.22, 0.17, 0.04), new Colour(0.52, 0.56, 0.6));
        ObjectPainter.Paint(canvas, 9, new Pose(1.47 + swayX, 0.44 + swayY));
        foreach (var (noun, x, y) in _clutter)
        {
            ObjectPainter.Paint(canvas, noun, new Pose(x + swayX, y + swayY));
        }
    }

    private void PaintHand(Canvas canvas, (double X, double Y) hand, double shoulderX)
    {
        var dx = shoulderX - hand.X;
        var dy = 1.25 - hand.Y;
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        canvas.Paint(Shape.Box(hand.X + (dx / 2), hand.Y + (dy / 2), length / 2, 0.065, 0.05, Math.Atan2(dy, dx)), _sleeve);
        canvas.Paint(Shape.Ellipse(hand.X, hand.Y, 0.075, 0.065), new Colour(0.87, 0.67, 0.53));
        for (var finger = -1; finger <= 1; finger++)
        {
            canvas.Paint(Shape.Ellipse(hand.X + (finger * 0.04), hand.Y - 0.06, 0.019, 0.04), new Colour(0.9, 0.7, 0.56));
        }
    }
}
