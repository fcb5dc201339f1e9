using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>A question as one sees it without the video and without the texts: its options' classes.</summary>
/// <param name="Classes">Class of each option.</param>
/// <param name="AnswerIndex">The true option; null where it is not among them.</param>
/// <param name="ParticipantId">Participant, which folds are made by.</param>
public sealed record OptionClasses(IReadOnlyList<ActionClass> Classes, int? AnswerIndex, string ParticipantId)
{
    /// <summary>Reads the classes of a question.</summary>
    /// <exception cref="InputException">An option class is not <c>verb:noun</c>.</exception>
    public static OptionClasses Of(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var classes = new ActionClass[question.OptionClasses.Count];
        for (var option = 0; option < classes.Length; option++)
        {
            if (!ActionClass.TryParse(question.OptionClasses[option], out classes[option]))
            {
                throw new InputException($"question '{question.Id}': option class '{question.OptionClasses[option]}' is not of the form verb:noun.");
            }
        }

        return new OptionClasses(classes, question.AnswerIndex, question.ParticipantId);
    }

    /// <summary>For each option, how many others have its verb class, and how many its noun class.</summary>
    public void CountShared(Span<int> sameVerb, Span<int> sameNoun)
    {
        for (var option = 0; option < Classes.Count; option++)
        {
            // Each option counts itself as well.
            (sameVerb[option], sameNoun[option]) = (-1, -1);
            for (var other = 0; other < Classes.Count; other++)
            {
                sameVerb[option] += Classes[other].Verb == Classes[option].Verb ? 1 : 0;
                sameNoun[option] += Classes[other].Noun == Classes[option].Noun ? 1 : 0;
            }
        }
    }
}
