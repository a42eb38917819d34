using System.Linq.Expressions;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace IdentityServer.Registrations;

/// <summary>
/// Turns a query into a condition that the database can check. What begins with a text is asked for as a range of keys, which on
/// both databases an index answers.
/// </summary>
internal sealed class PeopleFilter(ServerDbContext db)
{
    private const string Escape = @"\";

    /// <summary>The fields that a query can name.</summary>
    public const string Fields =
        "id, email, username, login, firstName, lastName, fullName, mobilePhone, active, verified, registrations.applicationId, registrations.roles";

    /// <summary>The condition, or null with what is wrong with the query.</summary>
    public Expression<Func<User, bool>>? Of(PeopleQuery query, out string? problem)
    {
        problem = null;
        switch (query)
        {
            case PeopleQuery.And(var left, var right):
                return Join(Of(left, out problem), problem is null ? Of(right, out problem) : null, Expression.AndAlso);
            case PeopleQuery.Or(var left, var right):
                return Join(Of(left, out problem), problem is null ? Of(right, out problem) : null, Expression.OrElse);
            case PeopleQuery.Not(var inner):
                return Of(inner, out problem) is { } condition
                    ? Expression.Lambda<Func<User, bool>>(Expression.Not(condition.Body), condition.Parameters)
                    : null;
            case PeopleQuery.Term(var field, var pattern):
                var term = field is null ? Anywhere(pattern) : OfField(field, pattern);
                problem = term is not null ? null
                    : $"The field '{field}' is not one of {Fields}, or can't be compared with this.";
                return term;
            default:
                throw new InvalidOperationException("A query of an unknown kind.");
        }
    }

    private static Expression<Func<User, bool>> Anywhere(Pattern pattern) => pattern.IsAnything
        ? user => true
        : Either(
            Key(user => user.EmailKey, pattern, Email), Key(user => user.UsernameKey, pattern, Fold), Key(user => user.FirstNameKey, pattern, Fold),
            Key(user => user.LastNameKey, pattern, Fold), Key(user => user.FullNameKey, pattern, Fold));

    private Expression<Func<User, bool>>? OfField(string field, Pattern pattern)
    {
        switch (field)
        {
            case "email":
                return Key(user => user.EmailKey, pattern, Email);
            case "username":
                return Key(user => user.UsernameKey, pattern, Fold);
            case "login":
                return Either(Key(user => user.EmailKey, pattern, Email), Key(user => user.UsernameKey, pattern, Fold));
            case "firstName":
                return Key(user => user.FirstNameKey, pattern, Fold);
            case "lastName":
                return Key(user => user.LastNameKey, pattern, Fold);
            case "fullName":
                return Key(user => user.FullNameKey, pattern, Fold);
            case "mobilePhone":
                return Key(user => user.MobilePhone, pattern, text => text);
            case "active" when Flag(pattern) is { } wanted:
                return user => user.Active == wanted;
            case "verified" when Flag(pattern) is { } wanted:
                return user => user.Verified == wanted;
            case "id" when Id(pattern) is { } id:
                return user => user.Id == id;
            case "registrations.applicationId" when pattern.IsAnything:
                return user => db.Registrations.Any(row => row.UserId == user.Id);
            case "registrations.applicationId" when Id(pattern) is { } id:
                return user => db.Registrations.Any(row => row.UserId == user.Id && row.ApplicationId == id);
            case "registrations.roles" when pattern.IsExact:
                var role = pattern.Start;
                return user => db.Registrations.Any(row => row.UserId == user.Id && row.Roles.Contains(role));
            default:
                return null;
        }
    }

    private static Expression<Func<User, bool>> Key(Expression<Func<User, string?>> key, Pattern pattern, Func<string, string> fold)
    {
        if (pattern.IsAnything)
        {
            return On(key, value => value != null);
        }

        var start = fold(pattern.Start);
        if (pattern.IsExact)
        {
            return On(key, value => value == start);
        }

        var like = pattern.ToLike(Fold);
        if (start.Length == 0 || After(start) is not { } end)
        {
            return On(key, value => EF.Functions.Like(value!, like, Escape));
        }

#pragma warning disable CA1309 // The database compares by the collation of the column, which is by bytes; it has no other words for a range.
        return pattern.IsStart
            ? On(key, value => string.Compare(value, start) >= 0 && string.Compare(value, end) < 0)
            : On(key, value => string.Compare(value, start) >= 0 && string.Compare(value, end) < 0 && EF.Functions.Like(value!, like, Escape));
#pragma warning restore CA1309
    }

    // The first text behind all that begin with this one, in the order of code points, which is that of the bytes of UTF-8.
    private static string? After(string start)
    {
        var runes = start.EnumerateRunes().ToArray();
        var last = runes[^1].Value + 1;
        last = last is >= 0xD800 and <= 0xDFFF ? 0xE000 : last;
        return last > 0x10FFFF ? null : string.Concat(runes[..^1].Select(rune => rune.ToString())) + new System.Text.Rune(last);
    }

    // A piece of a key is folded as keys are; spaces at its ends, which no key has, stay, for they are in the middle of the whole.
    private static string Fold(string text) =>
        CanonicalKey.Name(text) is { } key
            ? text[..(text.Length - text.TrimStart().Length)] + key + text[text.TrimEnd().Length..]
            : text;

    private static string Email(string text) => CanonicalKey.Email(text) ?? Fold(text);

    private static Guid? Id(Pattern pattern) => pattern.IsExact && Guid.TryParseExact(pattern.Start, "D", out var id) ? id : null;

    private static bool? Flag(Pattern pattern) => (pattern.IsExact, pattern.Start) switch
    {
        (true, "true") => true,
        (true, "false") => false,
        _ => null,
    };

    private static Expression<Func<User, bool>> Either(params Expression<Func<User, bool>>[] conditions) =>
        conditions.Aggregate((left, right) => Join(left, right, Expression.OrElse)!);

    private static Expression<Func<User, bool>>? Join(
        Expression<Func<User, bool>>? left, Expression<Func<User, bool>>? right, Func<Expression, Expression, BinaryExpression> with) =>
        left is null || right is null
            ? null
            : Expression.Lambda<Func<User, bool>>(with(left.Body, Replace(right.Body, right.Parameters[0], left.Parameters[0])), left.Parameters);

    private static Expression<Func<User, bool>> On(Expression<Func<User, string?>> key, Expression<Func<string?, bool>> condition) =>
        Expression.Lambda<Func<User, bool>>(Replace(condition.Body, condition.Parameters[0], key.Body), key.Parameters);

    private static Expression Replace(Expression inside, Expression what, Expression with) =>
        ReplacingExpressionVisitor.Replace(what, with, inside);
}
