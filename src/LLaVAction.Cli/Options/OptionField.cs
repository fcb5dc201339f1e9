using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Options;

/// <summary>One option or argument of a command, as a property of its options record declares it.</summary>
internal sealed class OptionField
{
    private readonly PropertyInfo? _group;
    private readonly PropertyInfo _property;
    private readonly OptionAttribute? _option;
    private readonly Type _element;
    private readonly IReadOnlyList<Choice> _choices;

    private OptionField(PropertyInfo? group, PropertyInfo property, object? defaultValue)
    {
        _group = group;
        _property = property;
        _option = property.GetCustomAttribute<OptionAttribute>();
        var argument = property.GetCustomAttribute<ArgumentAttribute>();
        IsArgument = argument is not null;
        Flag = _option?.Name ?? argument!.Name;
        Description = _option?.Description ?? argument!.Description;
        IsList = property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable));
        var single = IsList ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
        _element = Nullable.GetUnderlyingType(single) ?? single;
        _choices = _element.IsEnum ? Choice.Of(_element) : [];
        IsRequired = property.GetCustomAttribute<RequiredMemberAttribute>() is not null
            || group?.GetCustomAttribute<OptionGroupAttribute>()!.Required.Contains(Flag, StringComparer.Ordinal) == true;
        Default = defaultValue;
    }

    public string Name => Flag.TrimStart('-');

    // What the user types; for an argument, what stands for it.
    public string Flag { get; }

    public string Description { get; }

    // Short form; empty for none.
    public string Alias => _option?.Alias ?? "";

    public string ValueName => _option is { Value: { Length: > 0 } name } ? name : string.Join('|', Choices);

    public bool IsArgument { get; }

    public bool IsList { get; }

    public bool IsSwitch => _element == typeof(bool) && !IsList && _property.PropertyType == typeof(bool);

    public bool IsRequired { get; }

    // The words it takes; empty where any text or number will do.
    public IReadOnlyList<string> Choices => [.. _choices.Select(static choice => choice.Text)];

    // The record's own value as text; empty for none.
    public IReadOnlyList<string> DefaultTexts => IsRequired ? [] : TextsOf(Default);

    private object? Default { get; }

    private bool HasCommas => IsList && (_option?.HasCommas == true || _element != typeof(string));

    // The fields of an options record, arguments first, in the order they are declared.
    public static IReadOnlyList<OptionField> Of(Type record)
    {
        var pristine = Activator.CreateInstance(record)!;
        return [.. Declared(record, null, pristine).OrderBy(static field => field.IsArgument ? 0 : 1)];
    }

    /// <summary>Puts values into a record.</summary>
    /// <exception cref="UsageException">A value is none that the option takes.</exception>
    public void Set(object record, IReadOnlyList<string> texts)
    {
        var owner = _group is null ? record : _group.GetValue(record)!;
        _property.SetValue(owner, IsList ? ConvertList(texts) : Convert(texts[^1]));
    }

    // The values in a record as text; empty where it has none or a switch is off.
    public IReadOnlyList<string> TextsIn(object record) => TextsOf(_property.GetValue(_group is null ? record : _group.GetValue(record)));

    private static IEnumerable<OptionField> Declared(Type record, PropertyInfo? group, object pristine)
    {
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(static property => property.MetadataToken))
        {
            if (property.IsDefined(typeof(OptionGroupAttribute)))
            {
                foreach (var field in Declared(property.PropertyType, property, property.GetValue(pristine)!))
                {
                    yield return field;
                }
            }
            else if (property.IsDefined(typeof(OptionAttribute)) || property.IsDefined(typeof(ArgumentAttribute)))
            {
                yield return new OptionField(group, property, property.GetValue(pristine));
            }
        }
    }

    private Array ConvertList(IReadOnlyList<string> texts)
    {
        var split = HasCommas
            ? [.. texts.SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))]
            : texts;
        var values = Array.CreateInstance(_element, split.Count);
        for (var i = 0; i < split.Count; i++)
        {
            values.SetValue(Convert(split[i]), i);
        }

        return values;
    }

    private object Convert(string text) => _element switch
    {
        { IsEnum: true } => ConvertChoice(text),
        _ when _element == typeof(string) => text,
        _ when _element == typeof(bool) => ConvertSwitch(text),
        _ when _element == typeof(int) => Number<int>(text, NumberStyles.AllowLeadingSign),
        _ when _element == typeof(long) => Number<long>(text, NumberStyles.AllowLeadingSign),
        _ when _element == typeof(float) => Number<float>(text, NumberStyles.Float),
        _ when _element == typeof(double) => Number<double>(text, NumberStyles.Float),
        _ => throw new NotSupportedException($"{Flag}: options of type {_element} are not known to {nameof(OptionField)}."),
    };

    private object ConvertChoice(string text)
    {
        var word = _option is { Synonym: { Length: > 0 } synonym } && synonym.Split('=') is [var old, var current] && old == text ? current : text;
        return _choices.FirstOrDefault(choice => choice.Text == word)?.Value
            ?? throw new UsageException($"{Flag} {text}: expected {Words(Choices)}.{NearestName.Hint(text, Choices)}");
    }

    private bool ConvertSwitch(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => throw new UsageException($"{Flag} {text}: expected true or false."),
    };

    private T Number<T>(string text, NumberStyles style)
        where T : struct, INumber<T>
    {
        var isNumber = T.TryParse(text, style, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value);
        var (least, most) = (_option?.Minimum ?? double.NegativeInfinity, _option?.Maximum ?? double.PositiveInfinity);
        if (isNumber && double.CreateChecked(value) is var number && number >= least && number <= most)
        {
            return value;
        }

        var kind = _element == typeof(int) || _element == typeof(long) ? "a whole number" : "a number";
        var range = (double.IsFinite(least), double.IsFinite(most)) switch
        {
            (true, true) => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}"),
            (true, false) => string.Create(CultureInfo.InvariantCulture, $" of at least {least}"),
            (false, true) => string.Create(CultureInfo.InvariantCulture, $" of at most {most}"),
            _ => isNumber || kind == "a number" ? "" : " in range",
        };
        throw new UsageException($"{Flag} {text}: expected {kind}{range}{(IsList ? ", or several such as 8,16" : "")}.");
    }

    private IReadOnlyList<string> TextsOf(object? value) => value switch
    {
        null or false => [],
        true => ["true"],
        string text => [text],
        IEnumerable items => [.. items.Cast<object>().SelectMany(TextsOf)],
        Enum => [_choices.First(choice => choice.Value.Equals(value)).Text],
        _ => [System.Convert.ToString(value, CultureInfo.InvariantCulture)!],
    };

    private static string Words(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
