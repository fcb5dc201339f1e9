namespace LLaVAction.Scoring;

/// <summary>The official figures of action recognition over all rows; a row without scores counts as wrong.</summary>
/// <param name="Rows">Rows asked about.</param>
/// <param name="VerbTop1">Share of rows whose verb class ranks first.</param>
/// <param name="VerbTop5">Share of rows whose verb class is among the first five.</param>
/// <param name="NounTop1">Share of rows whose noun class ranks first.</param>
/// <param name="NounTop5">Share of rows whose noun class is among the first five.</param>
/// <param name="ActionTop1">Share of rows whose action class ranks first.</param>
/// <param name="ActionTop5">Share of rows whose action class is among the first five.</param>
/// <param name="RecallCeiling">Share of rows whose action class is among the candidates: no model can be right on the others.</param>
/// <param name="DumpTop1">Share of rows whose action class ranks first in the dump that the candidates come from.</param>
public sealed record RecognitionScores(
    int Rows,
    double VerbTop1,
    double VerbTop5,
    double NounTop1,
    double NounTop5,
    double ActionTop1,
    double ActionTop5,
    double RecallCeiling,
    double DumpTop1)
{
    /// <summary>Computes the figures; null when there is no row.</summary>
    public static RecognitionScores? Of(IReadOnlyCollection<RecognitionRow> rows)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        double Share(Func<RecognitionRow, bool> isRight) => (double)rows.Count(isRight) / rows.Count;
        return new RecognitionScores(
            rows.Count,
            Share(row => row.VerbRank == 1),
            Share(row => row.VerbRank <= 5),
            Share(row => row.NounRank == 1),
            Share(row => row.NounRank <= 5),
            Share(row => row.ActionRank == 1),
            Share(row => row.ActionRank <= 5),
            Share(row => row.IsAmongCandidates),
            Share(row => row.DumpRank == 1));
    }
}

/// <summary>Where the true classes of one row rank.</summary>
/// <param name="VerbRank">1-based rank of the true verb; null where it is not among the candidates or there is no answer.</param>
/// <param name="NounRank">1-based rank of the true noun.</param>
/// <param name="ActionRank">1-based rank of the true action.</param>
/// <param name="IsAmongCandidates">Whether the true action is among the candidates.</param>
/// <param name="DumpRank">1-based rank of the true action in the dump; null where it is not listed.</param>
public readonly record struct RecognitionRow(int? VerbRank, int? NounRank, int? ActionRank, bool IsAmongCandidates, int? DumpRank);
