namespace LLaVAction.Cli.Options;

/// <summary>An option of a command: one property of its options record. The property's initial value is the default.</summary>
/// <param name="name">What the user types, for example <c>--frames</c>.</param>
/// <param name="description">One sentence for <c>--help</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionAttribute(string name, string description) : Attribute
{
    public string Name => name;

    public string Description => description;

    // What stands for the value in '--help', for example 'FILE'; choices and switches need none.
    public string Value { get; init; } = "";

    // A short form such as '-o'; empty for none.
    public string Alias { get; init; } = "";

    // Whether one value may hold several with commas between them. Lists of numbers always may.
    public bool HasCommas { get; init; }

    public double Minimum { get; init; } = double.NegativeInfinity;

    public double Maximum { get; init; } = double.PositiveInfinity;

    // Another word for a choice, as 'old=new'; accepted and not shown.
    public string Synonym { get; init; } = "";
}

/// <summary>A positional argument of a command; a list takes one or more.</summary>
/// <param name="name">What stands for it in <c>--help</c>, in capitals.</param>
/// <param name="description">One sentence for <c>--help</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ArgumentAttribute(string name, string description) : Attribute
{
    public string Name => name;

    public string Description => description;
}

/// <summary>Options that several commands share: a property whose record declares them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionGroupAttribute : Attribute
{
    public string[] Required { get; init; } = [];
}
