using LLaVAction.Video.Ffmpeg;

namespace LLaVAction.Video.Tests.Ffmpeg;

public sealed class BoundedCacheTests
{
    [Fact]
    public async Task The_least_recently_used_is_forgotten()
    {
        var cache = new BoundedCache<string>(2);
        var lookUps = new List<string>();
        Task<string> Get(string key) => cache.GetAsync(
            key,
            () =>
            {
                lookUps.Add(key);
                return Task.FromResult(key);
            },
            CancellationToken.None);

        foreach (var key in new[] { "a", "b", "a", "c", "a", "b" })
        {
            Assert.Equal(key, await Get(key));
        }

        Assert.Equal(["a", "b", "c", "b"], lookUps);
    }

    [Fact]
    public async Task A_failed_look_up_is_tried_again()
    {
        var cache = new BoundedCache<int>(2);

        await Assert.ThrowsAsync<IOException>(() => cache.GetAsync("a", () => throw new IOException(), CancellationToken.None));

        Assert.Equal(1, await cache.GetAsync("a", () => Task.FromResult(1), CancellationToken.None));
    }

    [Fact]
    public async Task One_caller_that_gives_up_does_not_take_the_look_up_from_others()
    {
        var cache = new BoundedCache<int>(2);
        var release = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var impatient = new CancellationTokenSource();

        var first = cache.GetAsync("a", () => release.Task, impatient.Token);
        var second = cache.GetAsync("a", () => Task.FromResult(2), CancellationToken.None);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult(1);

        Assert.Equal(1, await second);
    }
}
