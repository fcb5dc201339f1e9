using System.Globalization;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Remote.Requests;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Remote;

/// <summary>Reads the answer to a prompt from what became of its request.</summary>
/// <param name="composer">What made the request.</param>
public sealed class ReplyReader(RequestComposer composer)
{
    /// <summary>The answer. What cannot be read is a failure with a status, never a choice.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="outcome">What became of its request.</param>
    /// <param name="milliseconds">How long it took.</param>
    public PromptAnswer Read(PromptRequest prompt, ChatOutcome outcome, double milliseconds)
    {
        if (outcome.Reply is not { } reply)
        {
            ResultStatus? status = outcome.WasAsked ? outcome.IsRefusal ? ResultStatus.Refused : ResultStatus.NoAnswer : null;
            return Failed(null, status, outcome.Failure ?? "no answer", milliseconds);
        }

        var answer = new PromptAnswer(null, reply.Text, reply.PromptTokens, milliseconds);
        if (reply.IsRefused)
        {
            return answer with { Failure = new PromptFailure(ResultStatus.Refused, reply.Refusal is { Length: > 0 } words ? "refused: " + words : "a content filter withheld the answer") };
        }

        if (composer.WantsTokens(prompt))
        {
            answer = ReadLetter(prompt, reply, answer);
            return prompt.MaxNewTokens == 0 ? answer : CheckEnd(reply, answer);
        }

        answer = CheckEnd(reply, answer);
        return answer.Failure is null && composer.Schema(prompt) is { } schema ? ReadStructured(prompt, schema, reply, answer) : answer;
    }

    // Without text asked for, the one token written is only the likeliest of those that the letter is read from.
    private static PromptAnswer ReadLetter(PromptRequest prompt, ChatReply reply, PromptAnswer answer)
    {
        var choice = LetterChoice.Read(reply.FirstTokens.Select(token => (token.Token, token.LogProbability)), prompt.Candidates);
        return answer with
        {
            CandidateLogProbabilities = choice.LogProbabilities,
            ChosenCandidate = choice.Chosen,
        };
    }

    private static PromptAnswer CheckEnd(ChatReply reply, PromptAnswer answer) => reply.IsTruncated
        ? answer with { Failure = new PromptFailure(ResultStatus.Truncated, Invariant($"cut off after {reply.CompletionTokens} tokens; see --max-new-tokens")) }
        : answer;

    private static PromptAnswer ReadStructured(PromptRequest prompt, AnswerSchema schema, ChatReply reply, PromptAnswer answer)
    {
        // What is not of the schema stays as it is for the parsers, which may find no answer in it.
        if (schema.Read(reply.Text ?? "") is not { } values)
        {
            return answer;
        }

        var text = values[RequestComposer.AnswerProperty];
        var letter = schema.Properties[0].Values.Count > 0 ? prompt.Candidates.ToList().IndexOf(text) : -1;
        return answer with { Text = text, ChosenCandidate = letter < 0 ? null : letter };
    }

    private static PromptAnswer Failed(string? text, ResultStatus? status, string reason, double milliseconds) =>
        new(null, text, null, milliseconds) { Failure = new PromptFailure(status, reason) };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
