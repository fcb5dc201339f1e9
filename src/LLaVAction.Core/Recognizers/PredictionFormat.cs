namespace LLaVAction.Recognizers;

/// <summary>Names of the formats that dumps are published in.</summary>
public static class PredictionFormat
{
    /// <summary>Row index → <c>predictions</c> and <c>target</c>, as LLaVAction reads them.</summary>
    public const string LlavactionJson = "llavaction-json";

    /// <summary>AVION's pickle of <c>logits</c>, <c>probs</c> and <c>targets</c>.</summary>
    public const string AvionPickle = "avion-pickle";

    /// <summary>TIM's features pickle, keyed by narration id.</summary>
    public const string TimPickle = "tim-pickle";

    /// <summary>The EPIC-KITCHENS-100 action recognition submission, plain or zipped.</summary>
    public const string Submission = "epic-submission";

    /// <summary>Our own CSV of <c>narration_id,rank,verb_class,noun_class,score</c>.</summary>
    public const string Csv = "csv";
}
