using System.Runtime.CompilerServices;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// Reads LLaVAction's JSON as its writers write it, byte by byte: objects of <c>predictions</c> and <c>target</c>, nothing
/// escaped, classes known and listed once, each row once. It gives up on anything else, and <see cref="LlavactionJsonReader"/>
/// reads the file with a JSON parser, which says what is wrong. Nearly all of such a file is class names: this is many times
/// faster.
/// </summary>
internal ref struct LlavactionJsonScanner(ReadOnlySpan<byte> text, ActionClassIndex classes, RowLists rows)
{
    private const int Failed = -1;
    private const int MostDigits = 6;

    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    /// <summary>Reads the file; false where it is not as plain as that.</summary>
    public bool TryScan()
    {
        if (!Take((byte)'{'))
        {
            return false;
        }

        do
        {
            var row = Take((byte)'"') ? Number() : Failed;
            if ((uint)row >= (uint)rows.Targets.Length || rows.Targets[row] != RowLists.NotSeen || !TakeNext((byte)'"') || !Take((byte)':') || !TryEntry(row))
            {
                return false;
            }
        }
        while (Take((byte)','));

        return Take((byte)'}') && SkipSpace() == _text.Length;
    }

    private bool TryEntry(int row)
    {
        if (!Take((byte)'{'))
        {
            return false;
        }

        var hasList = false;
        do
        {
            if (!hasList && TakeText("\"predictions\""u8))
            {
                hasList = Take((byte)':') && TryList(row);
                if (!hasList)
                {
                    return false;
                }
            }
            else if (rows.Targets[row] != RowLists.NotSeen || !TakeText("\"target\""u8) || !Take((byte)':') || !TryTarget(row))
            {
                return false;
            }
        }
        while (Take((byte)','));

        return hasList && rows.Targets[row] != RowLists.NotSeen && Take((byte)'}');
    }

    private bool TryTarget(int row)
    {
        SkipSpace();
        var target = ClassNumber();
        rows.Targets[row] = target == Failed ? RowLists.NotSeen : target;
        return target != Failed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryList(int row)
    {
        if (!Take((byte)'['))
        {
            return false;
        }

        rows.Begin(row);
        do
        {
            SkipSpace();
            var index = ClassNumber();
            if (index == Failed || !rows.TryAdd(row, index))
            {
                return false;
            }
        }
        while (Take((byte)','));

        rows.End(row);
        return Take((byte)']');
    }

    /// <summary>The number of the class <c>"verb:noun"</c> at the position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ClassNumber()
    {
        if (!TakeNext((byte)'"'))
        {
            return Failed;
        }

        var verb = Number();
        if (verb == Failed || !TakeNext((byte)':'))
        {
            return Failed;
        }

        var noun = Number();
        return noun != Failed && TakeNext((byte)'"') ? classes.IndexOf(new ActionClass(verb, noun)) : Failed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Number()
    {
        var value = 0;
        var first = _position;
        for (; _position < _text.Length && (uint)(_text[_position] - '0') <= 9; _position++)
        {
            value = (value * 10) + (_text[_position] - '0');
            if (_position - first >= MostDigits)
            {
                return Failed;
            }
        }

        return _position == first ? Failed : value;
    }

    /// <summary>Takes a byte that follows directly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakeNext(byte expected)
    {
        if (_position < _text.Length && _text[_position] == expected)
        {
            _position++;
            return true;
        }

        return false;
    }

    /// <summary>Takes a byte after any white space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(byte expected)
    {
        SkipSpace();
        return TakeNext(expected);
    }

    private bool TakeText(ReadOnlySpan<byte> expected)
    {
        SkipSpace();
        if (!_text[_position..].StartsWith(expected))
        {
            return false;
        }

        _position += expected.Length;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SkipSpace()
    {
        while (_position < _text.Length && _text[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _position++;
        }

        return _position;
    }
}
