using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace IdentityServer.Api;

/// <summary>A criterion for a name (§1.8): <c>*</c> stands for anything; without one, the text may stand anywhere. Letter case does not count.</summary>
internal static class NamePattern
{
    private const string Escape = @"\";

    /// <summary>Those whose text fits; all if there is no criterion.</summary>
    public static IQueryable<T> Filter<T>(this IQueryable<T> rows, Expression<Func<T, string>> text, string? criterion)
    {
        if (string.IsNullOrWhiteSpace(criterion))
        {
            return rows;
        }

        var pattern = Of(criterion);
#pragma warning disable CA1304, CA1311 // It is the database that lowers.
        Expression<Func<string, bool>> fits = value => EF.Functions.Like(value.ToLower(), pattern, Escape);
#pragma warning restore CA1304, CA1311
        var condition = ReplacingExpressionVisitor.Replace(fits.Parameters[0], text.Body, fits.Body);
        return rows.Where(Expression.Lambda<Func<T, bool>>(condition, text.Parameters));
    }

    private static string Of(string criterion)
    {
        var escaped = criterion.ToLowerInvariant()
            .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
        return escaped.Contains('*', StringComparison.Ordinal) ? escaped.Replace('*', '%') : $"%{escaped}%";
    }
}
