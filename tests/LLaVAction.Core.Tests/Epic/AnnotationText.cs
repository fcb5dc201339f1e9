namespace LLaVAction.Core.Tests.Epic;

/// <summary>Made-up rows of the annotation CSVs.</summary>
internal static class AnnotationText
{
    public const string Header =
        "narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,"
        + "narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes";

    public const string Row0 = "P90_11_0,P90,P90_11,00:00:00.560,00:00:00.00,00:00:01.89,1,113,lift jar,lift,0,jar,2,['jar'],[2]";

    public const string Row1 =
        "P90_11_1,P90,P90_11,,00:01:09.82,00:01:10.45,4189,4227,\"lift jar, lid and cook's hat.\",lift,0,lid:jar,3,\"['lid:jar', \"\"cook's hat\"\"]\",\"[3, 2]\"";

    public const string Classes = "id,key,instances,category\n0,lift,\"['lift', 'raise-up']\",moves\n1,drop,['drop'],moves\n";

    public const string Nouns = "id,key,instances,category\n0,cup,['cup'],a\n1,hand,['hand'],a\n2,jar,\"['jar', 'jar:glass']\",a\n3,lid:jar,['lid'],b\n";

    public static string Csv(params string[] rows) => string.Join('\n', [Header, .. rows]) + "\n";
}
