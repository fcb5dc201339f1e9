using LLaVAction.Files;

namespace LLaVAction.Epic;

/// <summary>Participants that no training video shows: <c>EPIC_100_unseen_participant_ids_validation.csv</c>.</summary>
/// <param name="Ids">The participants, for example <c>P18</c>.</param>
public sealed record UnseenParticipants(IReadOnlySet<string> Ids)
{
    /// <summary>Reads the list.</summary>
    /// <exception cref="InputException">The file cannot be read, or a row is empty or repeats a participant.</exception>
    public static UnseenParticipants Read(string path)
    {
        using var table = CsvTable.Open(path, "EPIC_100_unseen_participant_ids_validation.csv", "participant_id");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (table.Read())
        {
            if (!ids.Add(table.RequiredText(0)))
            {
                throw table.FieldError(0, "each participant once");
            }
        }

        return new UnseenParticipants(ids);
    }

    /// <summary>Whether the participant of a clip is unseen in training.</summary>
    public bool IsUnseen(string participantId) => Ids.Contains(participantId);
}
