using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// Per row a ranked list of classes without scores, and the row's target. All lists stand in one array of class numbers: a
/// fraction of the memory of a list of its own for each row.
/// </summary>
internal sealed class RowLists
{
    /// <summary>The target of a row that the file lacks.</summary>
    public const int NotSeen = -1;

    private readonly ActionClassIndex _classes;
    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _lastRowOfClass;
    private int[] _numbers = new int[1024];
    private int _filled;

    public RowLists(ActionClassIndex classes, int rows)
    {
        _classes = classes;
        _starts = new int[rows];
        _counts = new int[rows];
        Targets = new int[rows];
        _lastRowOfClass = new int[classes.Count];
        Array.Fill(Targets, NotSeen);
        Array.Fill(_lastRowOfClass, NotSeen);
    }

    /// <summary>Each row's target as a class number, or <see cref="NotSeen"/>.</summary>
    public int[] Targets { get; }

    /// <summary>Starts the list of a row; one list at a time.</summary>
    public void Begin(int row) => _starts[row] = _filled;

    /// <summary>Appends a class to the list of a row; false where the list has it already.</summary>
    public bool TryAdd(int row, int number)
    {
        if (_lastRowOfClass[number] == row)
        {
            return false;
        }

        _lastRowOfClass[number] = row;
        if (_filled == _numbers.Length)
        {
            Array.Resize(ref _numbers, (int)Math.Min(Array.MaxLength, 2L * _filled));
        }

        _numbers[_filled++] = number;
        return true;
    }

    /// <summary>Ends the list of a row and gives its length.</summary>
    public int End(int row) => _counts[row] = _filled - _starts[row];

    /// <summary>The finished list of a row.</summary>
    public ActionRanking RankingOf(int row) => new RowRanking(this, _starts[row], _counts[row]);

    private sealed class RowRanking(RowLists lists, int start, int count) : ActionRanking
    {
        public override int Count => count;

        public override RankedAction this[int index] =>
            new(lists._classes.Classes[lists._numbers.AsSpan(start, count)[index]], Score: null);

        public override int? RankOf(ActionClass actionClass)
        {
            var number = lists._classes.IndexOf(actionClass);
            var place = number < 0 ? -1 : lists._numbers.AsSpan(start, count).IndexOf(number);
            return place < 0 ? null : place + 1;
        }

        public override double? ScoreOf(ActionClass actionClass) => null;
    }
}
