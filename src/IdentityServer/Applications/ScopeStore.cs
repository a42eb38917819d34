using IdentityServer.Data;
using IdentityServer.Protocol;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Applications;

/// <summary>Scopes of an application that the caller has locked (<see cref="ApplicationStore.LockAsync"/>).</summary>
public static class ScopeStore
{
    private const string NameField = "scope.name";

    /// <summary>Adds a scope.</summary>
    public static async Task<FieldResult<StoredScope>> AddAsync(
        ServerDbContext db, StoredApplication application, Guid? id, ScopeInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = Check(application, null, input);
        if (id is { } chosen && await db.Scopes.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("scope.id", "duplicate", "There is a scope of this id.");
        }

        if (errors.Any)
        {
            return errors;
        }

        var scope = new StoredScope
        {
            Id = id ?? Guid.CreateVersion7(now), ApplicationId = application.Id, Name = input.Name!, CreatedAt = now, UpdatedAt = now,
        };
        db.Scopes.Add(scope);
        return await SetAsync(db, application, scope, input, now, cancellation);
    }

    /// <summary>Replaces a scope.</summary>
    public static async Task<FieldResult<StoredScope>> ReplaceAsync(
        ServerDbContext db, StoredApplication application, StoredScope scope, ScopeInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = Check(application, scope, input);
        return errors.Any ? errors : await SetAsync(db, application, scope, input, now, cancellation);
    }

    /// <summary>Deletes a scope. Tokens that carry it keep it until they expire.</summary>
    public static async Task DeleteAsync(
        ServerDbContext db, StoredApplication application, StoredScope scope, DateTimeOffset now, CancellationToken cancellation)
    {
        db.Scopes.Remove(scope);
        application.UpdatedAt = now;
        await CatalogVersion.BumpAsync(db, cancellation);
    }

    private static async Task<StoredScope> SetAsync(
        ServerDbContext db, StoredApplication application, StoredScope scope, ScopeInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        scope.Name = input.Name!;
        scope.Description = input.Description;
        scope.DefaultConsentMessage = input.DefaultConsentMessage;
        scope.DefaultConsentDetail = input.DefaultConsentDetail;
        scope.Required = input.Required;
        scope.Data = input.Data;
        scope.UpdatedAt = now;
        application.UpdatedAt = now;
        await CatalogVersion.BumpAsync(db, cancellation);
        return scope;
    }

    private static FieldErrors Check(StoredApplication application, StoredScope? self, ScopeInput input)
    {
        var errors = new FieldErrors();
        ApplicationRules.CheckName(input.Name, NameField, errors);
        if (input.Name is not { } name || errors.Any)
        {
            return errors;
        }

        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
        if (name.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e') || name.AsSpan().ContainsAny('"', '\\'))
        {
            errors.Add(NameField, "invalid", "A scope consists of printable ASCII characters without spaces, quotes and backslashes (RFC 6749 §3.3).");
        }
        else if (Scopes.Standard.Contains(name))
        {
            errors.Add(NameField, "duplicate", "Every application has this scope.");
        }
        else if (application.Scopes.Exists(other => other != self && other.Name == name))
        {
            errors.Add(NameField, "duplicate", "The application has a scope of this name.");
        }

        return errors;
    }
}
