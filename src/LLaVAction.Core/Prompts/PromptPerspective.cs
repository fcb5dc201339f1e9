using System.Text.Json.Serialization;

namespace LLaVAction.Prompts;

/// <summary>Who the prompt says is acting in the video.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromptPerspective>))]
public enum PromptPerspective
{
    /// <summary>The model is the person: "you are the person. … What action are you doing? " (the paper's default).</summary>
    [JsonStringEnumMemberName("egocentric")]
    Egocentric,

    /// <summary>The model watches a person: "… What action is the person doing?".</summary>
    [JsonStringEnumMemberName("allocentric")]
    Allocentric,

    /// <summary>Nobody is named: no opening sentence.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>The opening sentences of each perspective.</summary>
public static class PromptPerspectives
{
    /// <summary>P1 of the paper's appendix. It ends in a space.</summary>
    public const string Egocentric =
        "You are seeing this video from egocentric view and you are the person. Your hands are sometimes interacting with objects. What action are you doing? ";

    /// <summary>P3 of the paper's appendix. It ends without a space, so the next sentence is glued to it, as in the original.</summary>
    public const string Allocentric =
        "The video is taken from egocentric view. The person's hands are sometimes interacting with objects. What action is the person doing?";

    /// <summary>The opening of a perspective.</summary>
    public static string Opening(this PromptPerspective perspective) => perspective switch
    {
        PromptPerspective.Egocentric => Egocentric,
        PromptPerspective.Allocentric => Allocentric,
        PromptPerspective.None => "",
        _ => throw new ArgumentOutOfRangeException(nameof(perspective), perspective, "No such perspective."),
    };
}
