using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>Gives the option texts of action classes.</summary>
public interface IClassTexts
{
    /// <summary>The texts in the questions about one clip.</summary>
    IClipTexts For(ClipAnnotation clip);
}

/// <summary>Gives the option texts of action classes in the questions about one clip.</summary>
public interface IClipTexts
{
    /// <summary>
    /// The text of a class, different from every text taken; null where the class has no such text. What is drawn depends
    /// on the seed, the clip's id and the class, and on the taken texts only where they collide.
    /// </summary>
    /// <exception cref="InputException">The class has no text at all.</exception>
    DrawnText? Find(ActionClass actionClass, IReadOnlyList<ComparedText> taken);
}

/// <summary>An option text that was found.</summary>
/// <param name="Text">The text.</param>
/// <param name="WasRedrawn">The first draw equalled another option's text.</param>
public readonly record struct DrawnText(ComparedText Text, bool WasRedrawn);
