using LLaVAction.Models.Engines;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Parity;

public sealed class TorchParityTests : ParityConformance
{
    protected override IEngine Engine => TestEngine.Engine;
}
