"""Makes scipy-statsmodels.json: python3 make_statistics_golden.py > scipy-statsmodels.json

Needs NumPy, SciPy and statsmodels. What these packages have is taken from them; the bias-reduced sandwich estimator, its
degrees of freedom and the interval of a paired difference, which they lack, are computed here from their matrix
definitions on every single value, as slowly as they are written.
"""
import json
import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

RANDOM = np.random.default_rng(20261125)
CLUSTERS = [2, 3, 4, 5, 8, 10, 17, 32, 60, 138]
RATES = [0, 0.02, 0.2, 0.5, 0.9, 1]


def values_of(counts):
    values, groups = [], []
    for group, (size, positives, negatives) in enumerate(counts):
        values += [1] * positives + [-1] * negatives + [0] * (size - positives - negatives)
        groups += [group] * size
    return np.array(values, float), np.array(groups)


def effective(sizes):
    sizes = np.asarray(sizes, float)
    return sizes.sum() ** 2 / (sizes ** 2).sum() if sizes.any() else 0.0


def bias_reduced(values, groups):
    """Standard error and the two Satterthwaite degrees of freedom, by matrices (Bell and McCaffrey 2002)."""
    n = len(values)
    names = np.unique(groups)
    hat = np.full((n, n), 1 / n)
    residuals = values - hat @ values
    annihilator = np.eye(n) - hat
    columns, squares = [], 0.0
    for name in names:
        rows = groups == name
        lambdas, vectors = np.linalg.eigh(np.eye(rows.sum()) - hat[np.ix_(rows, rows)])
        adjustment = vectors @ np.diag(lambdas ** -0.5) @ vectors.T
        squares += (np.ones(rows.sum()) @ adjustment @ residuals[rows]) ** 2
        columns.append(annihilator[:, rows] @ adjustment @ np.ones(rows.sum()) / n)
    quadratic = np.array(columns).T
    shared = (groups[:, None] == groups[None, :]).astype(float)
    degrees = []
    for covariance in (np.eye(n), shared):
        matrix = quadratic.T @ covariance @ quadratic
        degrees.append(np.trace(matrix) ** 2 / np.trace(matrix @ matrix))
    return np.sqrt(squares) / n, degrees


def informative(values, groups):
    names = np.unique(groups)
    return min((effective([((values != value) & (groups == name)).sum() for name in names]) for value in np.unique(values)))


def wilson(share, trials, quantile):
    return proportion_confint(share * trials, trials, alpha=2 * stats.norm.sf(quantile), method="wilson")


def describe(counts):
    values, groups = values_of(counts)
    n = len(values)
    mean = values.mean()
    error, degrees = bias_reduced(values, groups)
    error = 0.0 if error < 1e-12 else error
    freedom = max(1, min(min(degrees), informative(values, groups) - 1))
    case = {
        "counts": [list(map(int, count)) for count in counts],
        "mean": mean,
        "standard_error": error,
        "degrees_of_freedom": freedom,
        "effective_clusters": effective([count[0] for count in counts]),
        "informative_clusters": informative(values, groups),
        "p": 2 * stats.t.sf(abs(mean / error), freedom) if error else None,
    }
    if len({count[0] for count in counts}) == 1 and error:
        fit = sm.OLS(values, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
        case["statsmodels_standard_error"] = fit.bse[0]
        case["statsmodels_degrees_of_freedom"] = fit.df_resid_inference
    if len(counts) == n and error:
        case["statsmodels_standard_error"] = sm.OLS(values, np.ones(n)).fit(cov_type="HC2").bse[0]
    return case, values, error, freedom


def share_case(counts):
    case, values, error, freedom = describe(counts)
    mean, n = values.mean(), len(values)
    trials = min(n, mean * (1 - mean) / error ** 2) if error else case["effective_clusters"]
    case["effective_count"] = trials
    for name, confidence in (("95", 0.95), ("80", 0.80)):
        quantile = stats.t.ppf((1 + confidence) / 2, freedom) if error else stats.norm.ppf((1 + confidence) / 2)
        case["lower" + name], case["upper" + name] = wilson(mean, trials, quantile)
    return case


def difference_case(counts, effect):
    case, values, error, freedom = describe(counts)
    n, mean = len(values), values.mean()
    gains, losses = (values == 1).mean(), (values == -1).mean()
    trials = case["effective_clusters"] if not error and gains + losses > 0 else n / max(1, effect)
    case["design_effect"], case["effective_count"] = effect, trials
    for name, confidence in (("95", 0.95), ("90", 0.90)):
        quantile = stats.norm.ppf((1 + confidence) / 2)
        (gain_low, gain_high), (loss_low, loss_high) = wilson(gains, trials, quantile), wilson(losses, trials, quantile)
        # The exact (Clopper-Pearson) bound where nothing was seen.
        exact = stats.beta.ppf((1 + confidence) / 2, 1, trials)
        gain_high = max(gain_high, exact) if gains == 0 else gain_high
        loss_high = max(loss_high, exact) if losses == 0 else loss_high
        rho = np.sqrt(gains * losses / ((1 - gains) * (1 - losses))) if gains < 1 and losses < 1 else 0
        a, b = gains - gain_low, loss_high - losses
        lower = mean - np.sqrt(a * a + b * b + 2 * rho * a * b)
        a, b = gain_high - gains, losses - loss_low
        upper = mean + np.sqrt(a * a + b * b + 2 * rho * a * b)
        if error:
            half = stats.t.ppf((1 + confidence) / 2, freedom) * error
            lower, upper = min(lower, mean - half), max(upper, mean + half)
        case["lower" + name], case["upper" + name] = max(-1, lower), min(1, upper)
    if error:
        case["detectable"] = (stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)) * error
    return case


def sizes_of(clusters, kind):
    if kind == "equal":
        return np.full(clusters, int(RANDOM.integers(1, 12)))
    if kind == "one":
        return np.ones(clusters, int)
    return np.maximum(1, RANDOM.exponential(8, clusters).astype(int))


def draw(clusters, kind, gain, loss, spread):
    counts = []
    for size in sizes_of(clusters, kind):
        shift = RANDOM.normal(0, spread)
        up = np.clip(gain + shift, 0, 1) if 0 < gain < 1 else gain
        down = np.clip(loss - shift, 0, 1 - up) if 0 < loss < 1 else min(loss, 1 - up)
        drawn = RANDOM.multinomial(size, [up, down, max(0, 1 - up - down)])
        counts.append((int(size), int(drawn[0]), int(drawn[1])))
    return counts


def main():
    shares, differences = [], []
    while len(shares) < 100:
        index = len(shares)
        clusters, rate = CLUSTERS[index % 10], RATES[index // 10 % 6]
        shares.append(share_case(draw(clusters, ["equal", "uneven", "one"][index % 3], rate, 0, [0, 0.1, 0.3][index % 3])))
    while len(differences) < 100:
        index = len(differences)
        gain, loss = [(0, 0), (0.1, 0.1), (0, 0.05), (0.3, 0.1), (0.02, 0.02), (1, 0)][index // 10 % 6]
        counts = draw(CLUSTERS[index % 10], ["uneven", "equal", "one"][index % 3], gain, loss, [0, 0.05][index % 2])
        differences.append(difference_case(counts, [0.5, 1, 2.5][index % 3]))
    sorted_values = np.sort(RANDOM.normal(size=41))
    document = {
        "made_with": f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, numpy {np.__version__}",
        "shares": shares,
        "differences": differences,
        "wilson": [
            dict(successes=s, trials=n, confidence=c, lower=proportion_confint(s, n, 1 - c, "wilson")[0], upper=proportion_confint(s, n, 1 - c, "wilson")[1])
            for s, n in [(0, 10), (10, 10), (3, 7), (500, 1000), (1, 9668), (6001, 9668)] for c in (0.8, 0.95)],
        "mcnemar": [
            dict(b=b, c=c, p=stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0)
            for b, c in [(0, 0), (1, 0), (0, 1), (5, 1), (1, 5), (10, 25), (400, 470), (3, 3), (0, 40)]],
        "holm": [
            dict(p=p, adjusted=list(multipletests(p, method="holm")[1]))
            for p in [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.2], [1e-9, 0.02, 0.02, 0.9, 0.049], [0.3, 0.6, 0.4]]],
        "chi_square": [
            dict(counts=c, statistic=stats.chisquare(c).statistic, p=stats.chisquare(c).pvalue)
            for c in [[10, 10, 10], [20, 10, 15, 5, 50], [1934, 1934, 1933, 1933, 1934], [3000, 1500, 1700, 1700, 1768], [7, 9]]],
        "quantile": [
            dict(values=list(sorted_values), probability=q, value=np.quantile(sorted_values, q)) for q in (0, 0.025, 0.31, 0.5, 0.975, 1)],
        "questions_without_loss": [
            dict(margin=m, needed=next(n for n in range(1, 100000) if 1 - 0.05 ** (1 / n) <= m)) for m in (0.005, 0.01, 0.02, 0.1)],
    }
    print(json.dumps(document, indent=None, separators=(",", ":")).replace('},{"counts"', '},\n{"counts"'))


main()
