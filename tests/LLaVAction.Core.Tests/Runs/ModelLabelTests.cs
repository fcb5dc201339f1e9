using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class ModelLabelTests
{
    [Theory]
    [InlineData("hub/models--lmms-lab--LLaVA-Video-7B-Qwen2/snapshots/013210b3aff822f1558b166d39c1046dd109520f", "lmms-lab/LLaVA-Video-7B-Qwen2@013210b")]
    [InlineData("hub/models--lmms-lab--llava/snapshots/main/", "lmms-lab/llava@main")]
    [InlineData("models/llava-ov/", "llava-ov")]
    [InlineData("models/snapshots/llava-ov", "llava-ov")]
    public void A_folder_of_the_Hugging_Face_cache_is_shown_by_what_was_published(string folder, string label) => Assert.Equal(label, ModelLabel.Of(folder));
}
