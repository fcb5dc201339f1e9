namespace LLaVAction;

/// <summary>Independent pieces of work at the same time, with results and errors as if they came one after another.</summary>
internal static class ParallelMap
{
    // The results in the order of the items. Of several errors the first in that order is thrown, so that a message does not
    // depend on timing.
    public static TResult[] Map<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, TResult> work)
    {
        var tasks = items.Select(item => Task.Run(() => work(item))).ToArray();
        return Array.ConvertAll(tasks, static task => task.GetAwaiter().GetResult());
    }
}
