using LLaVAction.Annotations;
using LLaVAction.Questions.Building;

namespace LLaVAction.Questions.Representations;

/// <summary>Gives the option text of an action class in one question.</summary>
public interface IClassTexts
{
    /// <summary>
    /// The text of a class in the question about a clip, different from every text taken; null where the class has no such
    /// text. What is drawn depends on the seed, the clip's id and the class, and on the taken texts only where they collide.
    /// </summary>
    /// <exception cref="InputException">The class has no text at all.</exception>
    DrawnText? Find(ClipAnnotation clip, ActionClass actionClass, IReadOnlyList<ComparedText> taken);
}

/// <summary>An option text that was found.</summary>
/// <param name="Text">The text.</param>
/// <param name="WasRedrawn">The first draw equalled another option's text.</param>
public readonly record struct DrawnText(ComparedText Text, bool WasRedrawn);
