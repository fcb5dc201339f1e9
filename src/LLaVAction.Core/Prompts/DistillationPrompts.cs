namespace LLaVAction.Prompts;

/// <summary>What a teacher is asked for training data (the paper's appendix 8), letter for letter; each is a system message.</summary>
public static class DistillationPrompts
{
    /// <summary>A description of a clip that reasons about the action, with a mark where the teacher disagrees with the annotation.</summary>
    /// <param name="answer">The true action as the multiple-choice row has it, letter included: <c>D. open drawer</c>.</param>
    /// <param name="durationSeconds">Length of the clip, in seconds.</param>
    public static string Caption(string answer, double durationSeconds) =>
        "\nYou are viewing video frames from an egocentric perspective and you are the person. Describe the video frames in detail and reason about the actions you are performing. "
        + "You will be provided with the human-annotated ground-truth for the action, but you should independently come to your own conclusion.\n"
        + "If you disagree with the human annotation, indicate \"true\" in the \"disagree_with_human_annotation\" field of your response, and provide your reasoning without mentioning the ground-truth answer. "
        + "This will keep your reasoning clean. If you agree with the human annotation, indicate \"false\" in the \"disagree_with_human_annotation\" field and provide your reasoning without referencing the ground-truth to maintain a clean description.\n\n"
        + $"The true ground-truth action is {answer}.\n"
        + "Your reasoning steps should include supporting evidence for the action, such as the duration of the video, the sequence of actions the person performs, the objects they interact with, and the overall context of the video.\n"
        + "As a general guideline, for videos longer than 3 seconds, provide detailed reasoning steps, and for videos shorter than 3 seconds, generate less detailed reasoning.\n"
        + $"The video duration is {PythonNumber.Fixed(durationSeconds, 3)} seconds.\n"
        + "Make sure you use the first-person perspective in your reasoning.\n";

    /// <summary>Three questions and answers about a description, without the frames.</summary>
    /// <param name="caption">The description.</param>
    public static string OpenQuestions(string caption) =>
        "Your job is to create 3 question-answer pairs based on the text below. The text contains a first-person narrative of video frames from an egocentric perspective of a person interacting with objects in a kitchen.\n"
        + caption
        + "\nYou can ask questions such as:\nWhat object am I interacting with?\nWhat objects are visible in the video?\nWhat is the sequence of the atomic actions I am performing?\n\n"
        + "Make sure your questions can be answered based on the information provided in the text. Do not ask questions that require additional context or information beyond what is given.";
}
