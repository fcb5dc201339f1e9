using LLaVAction.Models.Ports;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Embedded.Tests.Parity;

public sealed class EmbeddedParityTests : ParityConformance
{
    protected override IEngine Engine { get; } = new EmbeddedEngine();
}
