namespace LLaVAction.Prompts;

/// <summary>The two actions that precede a clip, as the prompt with prior actions tells them.</summary>
/// <param name="EarlierSecondsAgo">Start of the clip minus the start of the action before last, rounded to 2 decimals; may be negative.</param>
/// <param name="EarlierText">What was done in the action before last.</param>
/// <param name="LaterSecondsAgo">Start of the clip minus the start of the last action, rounded to 2 decimals; may be negative.</param>
/// <param name="LaterText">What was done in the last action.</param>
public sealed record PriorActions(
    double EarlierSecondsAgo,
    string EarlierText,
    double LaterSecondsAgo,
    string LaterText)
{
    /// <summary>The two sentences, without a space after the second.</summary>
    public string Sentences =>
        $"{PythonNumber.Text(EarlierSecondsAgo)} seconds ago, you started an action {EarlierText}. " +
        $"{PythonNumber.Text(LaterSecondsAgo)} seconds ago, you started an action {LaterText}.";
}
