using LLaVAction.Annotations;

namespace LLaVAction.Questions.OptionsOnly;

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

    /// <summary>How many other options have this option's verb class.</summary>
    public int SameVerb(int option)
    {
        var count = -1;
        for (var other = 0; other < Classes.Count; other++)
        {
            count += Classes[other].Verb == Classes[option].Verb ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many other options have this option's noun class.</summary>
    public int SameNoun(int option)
    {
        var count = -1;
        for (var other = 0; other < Classes.Count; other++)
        {
            count += Classes[other].Noun == Classes[option].Noun ? 1 : 0;
        }

        return count;
    }
}
