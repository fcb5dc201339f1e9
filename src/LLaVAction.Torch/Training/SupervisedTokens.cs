using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;
using LLaVAction.Training;

namespace LLaVAction.Torch.Training;

/// <summary>A conversation as token ids and labels.</summary>
/// <param name="Ids">Ids; <see cref="PromptTokens.VideoPlaceholderId"/> stands for the whole video.</param>
/// <param name="Labels">For each id itself or <see cref="Ignored"/>; the model predicts it from what stands before it.</param>
/// <param name="IsAnswer">Whether each id is part of an answer, which <c>&lt;|im_end|&gt;</c> is not.</param>
internal sealed record SupervisedTokens(int[] Ids, int[] Labels, bool[] IsAnswer)
{
    public const int Ignored = -100;

    private const string System = "You are a helpful assistant.";

    /// <summary>
    /// Tokenises a conversation message by message in the template qwen_1_5 (<c>preprocess_qwen</c>). A leading turn of the
    /// model is dropped.
    /// </summary>
    /// <exception cref="InputException">The tokenizer has no chat tokens.</exception>
    public static SupervisedTokens Of(IReadOnlyList<ConversationTurn> turns, ITokenizer tokenizer, LabelMask mask)
    {
        var start = Special("<|im_start|>");
        var end = Special("<|im_end|>");
        var newline = tokenizer.Encode("\n") is [var id] ? id : -1;
        var ids = new List<int>();
        var labels = new List<int>();
        var isAnswer = new List<bool>();
        Add("system", System);
        foreach (var turn in turns.SkipWhile((turn, index) => index == 0 && turn.From == "gpt"))
        {
            Add(turn.From == "human" ? "user" : "assistant", turn.Value);
        }

        return new SupervisedTokens([.. ids], [.. labels], [.. isAnswer]);

        void Add(string role, string content)
        {
            var message = PromptTokens.EncodeWithPlaceholders($"<|im_start|>{role}\n{content}<|im_end|>\n", tokenizer);
            var header = tokenizer.Encode($"<|im_start|>{role}\n").Count;
            var isAssistant = role == "assistant";
            for (var i = 0; i < message.Length; i++)
            {
                var token = message[i];
                var answers = isAssistant && i >= header && i < message.Length - 2;
                var isSupervised = mask == LabelMask.Answers
                    ? answers || (isAssistant && i == message.Length - 2)
                    : isAssistant || token == newline || token == start || token == end;
                ids.Add(token);
                labels.Add(isSupervised && token != PromptTokens.VideoPlaceholderId ? token : Ignored);
                isAnswer.Add(answers);
            }
        }

        int Special(string token) => tokenizer.IdOf(token)
            ?? throw new InputException($"The model's tokenizer has no {token}; training needs a checkpoint with the Qwen2 chat tokens.");
    }

    // The same with the video's placeholder replaced by as many unsupervised positions as there are visual tokens, cut to a
    // length.
    public SupervisedTokens Expanded(int visualTokens, int maximumLength)
    {
        var video = Array.IndexOf(Ids, PromptTokens.VideoPlaceholderId);
        if (video < 0)
        {
            return Cut(this, maximumLength);
        }

        return Cut(
            new SupervisedTokens(
                [.. Ids[..video], .. Enumerable.Repeat(PromptTokens.VideoPlaceholderId, visualTokens), .. Ids[(video + 1)..]],
                [.. Labels[..video], .. Enumerable.Repeat(Ignored, visualTokens), .. Labels[(video + 1)..]],
                [.. IsAnswer[..video], .. Enumerable.Repeat(false, visualTokens), .. IsAnswer[(video + 1)..]]),
            maximumLength);

        static SupervisedTokens Cut(SupervisedTokens tokens, int length)
            => tokens.Ids.Length <= length ? tokens : new(tokens.Ids[..length], tokens.Labels[..length], tokens.IsAnswer[..length]);
    }
}
