using System.Globalization;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>Takes the arrays of a dump out of its dict, each of the shape and type that its format has.</summary>
internal sealed class PickledArrays(PickleFile file, PickleDict dict)
{
    private const int MostEntries = int.MaxValue / 8;

    public bool Has(string name) => dict.Has(name);

    public PickleArray Matrix(string name)
    {
        var array = Find(name);
        return array.Type.Kind == 'f' && array.Shape.Count == 2 && array.Shape.All(static size => size is > 0 and <= MostEntries)
            ? array
            : throw Unexpected(name, array, "clips x classes of float16, float32 or float64");
    }

    public double[] Vector(string name)
    {
        var array = Find(name);
        return array.Type.Kind == 'f' && array.Shape.Count == 1 && array.Shape[0] is > 0 and <= MostEntries
            ? new ArrayContent(file, array).Numbers()
            : throw Unexpected(name, array, "one score per class");
    }

    public long[] Integers(string name)
    {
        var array = Find(name);
        return array.Type.Kind is 'i' or 'u' && array.Shape.Count == 1 && array.Shape[0] <= MostEntries
            ? Array.ConvertAll(new ArrayContent(file, array).Numbers(), static value => (long)value)
            : throw Unexpected(name, array, "one integer per clip");
    }

    public IReadOnlyList<string> Texts(string name) => Value(name) switch
    {
        PickleList list => [.. list.Items.Select(item => Text(name, item))],
        PickleArray { Type.Kind: 'O', Shape.Count: 1 } array => [.. array.Objects.Select(item => Text(name, item))],
        PickleArray { Type.Kind: 'U' or 'S', Shape.Count: 1, Count: <= MostEntries } array => FixedTexts(name, array),
        PickleArray array => throw Unexpected(name, array, "one text per clip"),
        _ => throw new InputException($"{file.Path}: '{name}' is no array, expected one text per clip."),
    };

    public string SingleText(string name) => Text(name, Value(name));

    private PickleArray Find(string name) => Value(name) switch
    {
        PickleArray array => array,
        TorchTensor tensor => tensor.ToArray(message => new InputException($"{file.Path}: '{name}' is {message}")),
        _ => throw new InputException($"{file.Path}: '{name}' is no array, expected a NumPy array or a tensor."),
    };

    private object? Value(string name) => dict.Has(name)
        ? dict.Find(name)
        : throw new InputException($"{file.Path}: the pickle has {dict.KeyList()}, expected '{name}' as well. Write it with the recogniser's own script.");

    private string Text(string name, object? item) => item switch
    {
        string text => text,
        PickleTextBytes bytes => bytes.Text,
        PickleArray { Type.Kind: 'U' or 'S', Shape.Count: 0 } scalar => FixedTexts(name, scalar)[0],
        _ => throw new InputException($"{file.Path}: '{name}' holds what is no text, expected narration ids."),
    };

    private string[] FixedTexts(string name, PickleArray array)
    {
        try
        {
            return new ArrayContent(file, array).Texts();
        }
        catch (ArgumentException failure)
        {
            throw new InputException($"{file.Path}: '{name}' holds what is no valid Unicode text.", failure);
        }
    }

    private InputException Unexpected(string name, PickleArray array, string expected) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{file.Path}: '{name}' is an array of {(array.Shape.Count == 0 ? "one" : array.ShapeText)} {array.Type}, expected {expected}."));
}
