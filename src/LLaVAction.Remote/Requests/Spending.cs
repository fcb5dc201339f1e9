namespace LLaVAction.Remote.Requests;

/// <summary>The budget does not allow another request.</summary>
public sealed class BudgetSpentException(string message) : Exception(message);

/// <summary>
/// Keeps what is spent within a budget. Before a request is sent, the most that it may cost is set aside; it starts only
/// where that fits. So the budget is passed only by what a server charges beyond the bound of its price table.
/// </summary>
/// <param name="budget">The most that may be spent; null for no limit.</param>
/// <param name="spentBefore">What earlier starts spent.</param>
/// <param name="currency">Name of the currency.</param>
public sealed class Spending(decimal? budget, decimal spentBefore, string currency)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private decimal _spent = spentBefore;
    private decimal _reserved;
    private decimal _largest;

    /// <summary>What was spent, earlier starts included.</summary>
    public decimal Spent
    {
        get
        {
            lock (_gate)
            {
                return _spent;
            }
        }
    }

    /// <summary>Sets aside what a request may cost; waits while requests under way may still leave room for it.</summary>
    /// <param name="bound">The most that it may cost by the price table.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was set aside: no less than the costliest request so far.</returns>
    /// <exception cref="BudgetSpentException">Nothing is under way, and what is left is not enough.</exception>
    public async Task<decimal> ReserveAsync(decimal bound, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var amount = Math.Max(bound, _largest);
                if (budget is null || _spent + _reserved + amount <= budget)
                {
                    _reserved += amount;
                    return amount;
                }

                if (_reserved == 0)
                {
                    throw new BudgetSpentException(FormattableString.Invariant(
                        $"the budget of {budget:0.00##} {currency} is reached: {_spent:0.0000} are spent, and the next request may cost {amount:0.0000}"));
                }

                var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(waiter);
                changed = waiter.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Replaces what was set aside by what the request cost.</summary>
    public void Settle(decimal reserved, decimal cost)
    {
        lock (_gate)
        {
            _reserved -= reserved;
            _spent += cost;
            _largest = Math.Max(_largest, cost);
            while (_waiting.TryDequeue(out var waiter))
            {
                waiter.SetResult();
            }
        }
    }
}
