namespace LLaVAction.Cli.Options;

/// <summary>An option of a command: one property of its options record. The property's initial value is the default.</summary>
/// <param name="name">What the user types, for example <c>--frames</c>.</param>
/// <param name="description">One sentence for <c>--help</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionAttribute(string name, string description) : Attribute
{
    /// <summary>What the user types.</summary>
    public string Name => name;

    /// <summary>One sentence for <c>--help</c>.</summary>
    public string Description => description;

    /// <summary>What stands for the value in <c>--help</c>, for example <c>FILE</c>; choices and switches need none.</summary>
    public string Value { get; init; } = "";

    /// <summary>A short form such as <c>-o</c>; empty for none.</summary>
    public string Alias { get; init; } = "";

    /// <summary>Whether one value may hold several with commas between them. Lists of numbers always may.</summary>
    public bool HasCommas { get; init; }

    /// <summary>The smallest number that is accepted.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number that is accepted.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Another word for a choice, as <c>old=new</c>; accepted and not shown.</summary>
    public string Synonym { get; init; } = "";
}

/// <summary>A positional argument of a command; a list takes one or more.</summary>
/// <param name="name">What stands for it in <c>--help</c>, in capitals.</param>
/// <param name="description">One sentence for <c>--help</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ArgumentAttribute(string name, string description) : Attribute
{
    /// <summary>What stands for it in <c>--help</c>.</summary>
    public string Name => name;

    /// <summary>One sentence for <c>--help</c>.</summary>
    public string Description => description;
}

/// <summary>Options that several commands share: a property whose record declares them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionGroupAttribute : Attribute
{
    /// <summary>Options of the group that this command cannot do without.</summary>
    public string[] Required { get; init; } = [];
}
