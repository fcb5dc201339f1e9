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
    public string Sentences => Write(
        PythonNumber.Text(EarlierSecondsAgo), EarlierText, PythonNumber.Text(LaterSecondsAgo), LaterText);

    /// <summary>The two sentences around offsets that are written already.</summary>
    public static string Write(string earlierSecondsAgo, string earlierText, string laterSecondsAgo, string laterText) =>
        $"{earlierSecondsAgo} seconds ago, you started an action {earlierText}. "
        + $"{laterSecondsAgo} seconds ago, you started an action {laterText}.";
}
