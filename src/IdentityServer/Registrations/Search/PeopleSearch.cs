using System.Linq.Expressions;
using IdentityServer.Data;
using IdentityServer.Tenants;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Registrations;

/// <summary>What to search people by, and which part of what is found to show.</summary>
public sealed record PeopleSearchInput
{
    /// <summary>The ids to show; then nothing else counts.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>A query; null or <c>*</c> finds everybody.</summary>
    public string? Query { get; init; }

    /// <summary>How many to leave out at the beginning.</summary>
    public int StartRow { get; init; }

    /// <summary>How many to show.</summary>
    public int NumberOfResults { get; init; } = 25;

    /// <summary>What to sort by; the order of their making otherwise.</summary>
    public IReadOnlyList<PeopleOrder> OrderBy { get; init; } = [];

    /// <summary>Whether to count to the end even if very many are found.</summary>
    public bool AccurateTotal { get; init; }
}

/// <summary>One field to sort by.</summary>
public sealed record PeopleOrder(string Field, bool Descending);

/// <summary>A person with their registrations.</summary>
public sealed record FoundPerson(User User, IReadOnlyList<Registration> Registrations);

/// <summary>The part of what was found that is shown, and how many were found.</summary>
public sealed record FoundPeople(IReadOnlyList<FoundPerson> People, int Total);

/// <summary>Searches people.</summary>
public sealed class PeopleSearch(Database database, TenantCatalog tenants)
{
    /// <summary>How far is counted unless an accurate total is asked for.</summary>
    public const int CountedAtMost = 10_000;

    private const string QueryField = "search.queryString";

    /// <summary>Finds people.</summary>
    public async Task<FieldResult<FoundPeople>> FindAsync(PeopleSearchInput input, CancellationToken cancellation)
    {
        await using var db = database.Open();
        var errors = new FieldErrors();
        if (Matching(db, input, errors) is not { } matching || Sort(matching, input, errors) is not { } sorted)
        {
            return errors;
        }

        if (input.Ids is null)
        {
            sorted = sorted.Skip(input.StartRow).Take(input.NumberOfResults);
        }

        var users = await sorted.ToListAsync(cancellation);
        var total = input.Ids is not null ? users.Count
            : input.AccurateTotal ? await matching.CountAsync(cancellation)
            : users.Count > 0 && users.Count < input.NumberOfResults ? input.StartRow + users.Count
            : await matching.Take(CountedAtMost).CountAsync(cancellation);
        var ids = users.ConvertAll(user => user.Id);
        var registrations = (await db.Registrations.Where(row => ids.Contains(row.UserId)).OrderBy(row => row.CreatedAt).ToListAsync(cancellation))
            .ToLookup(row => row.UserId);
        return new FoundPeople([.. users.Select(user => new FoundPerson(user, [.. registrations[user.Id]]))], total);
    }

    /// <summary>The ids of those that a query finds, in the order of their making, at most this many.</summary>
    public async Task<FieldResult<List<Guid>>> FindIdsAsync(string query, int limit, CancellationToken cancellation)
    {
        await using var db = database.Open();
        var errors = new FieldErrors();
        return Matching(db, new PeopleSearchInput { Query = query }, errors) is { } matching
            ? await matching.OrderBy(user => user.Id).Select(user => user.Id).Take(limit).ToListAsync(cancellation)
            : errors;
    }

    private IQueryable<User>? Matching(ServerDbContext db, PeopleSearchInput input, FieldErrors errors)
    {
        var tenant = tenants.Default.Id;
        var users = db.Users.Where(user => user.TenantId == tenant);
        if (input.Ids is { } ids)
        {
            return users.Where(user => ids.Contains(user.Id));
        }

        if (string.IsNullOrWhiteSpace(input.Query))
        {
            return users;
        }

        var condition = PeopleQueryParser.Parse(input.Query, out var problem) is { } query ? new PeopleFilter(db).Of(query, out problem) : null;
        if (condition is null)
        {
            errors.Add(QueryField, "invalid", problem ?? "This is not a query.");
            return null;
        }

        return users.Where(condition);
    }

    private static IQueryable<User>? Sort(IQueryable<User> users, PeopleSearchInput input, FieldErrors errors)
    {
        IOrderedQueryable<User>? sorted = null;
        for (var index = 0; index < input.OrderBy.Count; index++)
        {
            var order = input.OrderBy[index];
            sorted = order.Field switch
            {
                "id" => By(user => user.Id),
                "email" => ByText(user => user.EmailKey),
                "username" => ByText(user => user.UsernameKey),
                "login" => ByText(user => user.EmailKey ?? user.UsernameKey),
                "fullName" => ByText(user => user.FullNameKey),
                "birthDate" => Missing(user => user.BirthDate == null) is { } known ? Then(known, user => user.BirthDate) : null,
                "insertInstant" => By(user => user.CreatedAt),
                "lastLoginInstant" => Missing(user => user.LastLoginAt == null) is { } known ? Then(known, user => user.LastLoginAt) : null,
                "tenantId" => By(user => user.TenantId),
                _ => null,
            };
            if (sorted is null)
            {
                errors.Add($"search.sortFields[{index}].name", "invalid", "This can't be sorted by.");
                return null;
            }

            IOrderedQueryable<User> By<T>(Expression<Func<User, T>> key) => sorted is not null ? Then(sorted, key)
                : order.Descending ? users.OrderByDescending(key)
                : users.OrderBy(key);

            IOrderedQueryable<User> Then<T>(IOrderedQueryable<User> rows, Expression<Func<User, T>> key) =>
                order.Descending ? rows.ThenByDescending(key) : rows.ThenBy(key);

            // The databases disagree about where rows without a value stand; here it is at the end.
            IOrderedQueryable<User> Missing(Expression<Func<User, bool>> isMissing) =>
                sorted is null ? users.OrderBy(isMissing) : sorted.ThenBy(isMissing);

            IOrderedQueryable<User> ByText(Expression<Func<User, string?>> key) => Then(
                Missing(Expression.Lambda<Func<User, bool>>(Expression.Equal(key.Body, Expression.Constant(null, typeof(string))), key.Parameters)), key);
        }

        // Something unique at the end, so that pages neither overlap nor leave anybody out.
        return sorted is null ? users.OrderBy(user => user.Id) : sorted.ThenBy(user => user.Id);
    }
}
