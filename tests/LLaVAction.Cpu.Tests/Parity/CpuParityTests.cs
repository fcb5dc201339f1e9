using LLaVAction.Models.Engines;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Parity;

public sealed class CpuParityTests : ParityConformance
{
    protected override IEngine Engine { get; } = new CpuEngine();
}
