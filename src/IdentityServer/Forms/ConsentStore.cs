using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Forms;

/// <summary>What an admin asks a consent to be.</summary>
public sealed record ConsentInput(
    string? Name, int DefaultMinimumAge, IReadOnlyList<string> Values, bool MultipleValuesAllowed, string Others, string Data);

/// <summary>The writing side of consents. Every method runs in the caller's transaction; what is refused has changed nothing.</summary>
public static class ConsentStore
{
    /// <summary>Makes a consent under the id that the caller chose, or a new one.</summary>
    public static async Task<FieldResult<ConsentDefinition>> CreateAsync(
        ServerDbContext db, Guid? id, ConsentInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        await FormStore.LockAllAsync(db, cancellation);
        var errors = await CheckAsync(db, null, input, cancellation);
        if (id is { } chosen && await db.ConsentDefinitions.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("consent.id", "duplicate", "There is a consent of this id.");
        }

        if (errors.Any)
        {
            return errors;
        }

        var row = new ConsentDefinition { Id = id ?? Guid.CreateVersion7(now), Name = input.Name!, CreatedAt = now, UpdatedAt = now };
        Set(row, input, now);
        db.ConsentDefinitions.Add(row);
        return row;
    }

    /// <summary>Loads a consent for a change, safe from other changes until the end of the transaction; null if there is none.</summary>
    public static async Task<ConsentDefinition?> LockAsync(ServerDbContext db, Guid id, CancellationToken cancellation)
    {
        await FormStore.LockAllAsync(db, cancellation);
        return await db.ConsentDefinitions.SingleOrDefaultAsync(row => row.Id == id, cancellation);
    }

    /// <summary>Replaces a consent that was locked.</summary>
    public static async Task<FieldResult<ConsentDefinition>> ReplaceAsync(
        ServerDbContext db, ConsentDefinition row, ConsentInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = await CheckAsync(db, row.Id, input, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        Set(row, input, now);
        return row;
    }

    /// <summary>Deletes a consent that was locked, and the record of who gave it, unless a field asks for it.</summary>
    public static async Task<FieldResult<ConsentDefinition>> DeleteAsync(ServerDbContext db, ConsentDefinition row, CancellationToken cancellation)
    {
        var fields = await FormStore.FieldsAsync(db, cancellation);
        if (fields.Values.FirstOrDefault(field => field.Definition.ConsentId == row.Id) is { } field)
        {
            return new FieldErrors().Add("consent", "inUse", $"The field '{field.Name}' asks for this consent.");
        }

        db.ConsentDefinitions.Remove(row);
        return row;
    }

    private static void Set(ConsentDefinition row, ConsentInput input, DateTimeOffset now)
    {
        row.Name = input.Name!;
        row.DefaultMinimumAgeForSelfConsent = input.DefaultMinimumAge;
        row.Values = [.. input.Values];
        row.MultipleValuesAllowed = input.MultipleValuesAllowed;
        row.Others = input.Others;
        row.Data = input.Data;
        row.UpdatedAt = now;
    }

    private static async Task<FieldErrors> CheckAsync(ServerDbContext db, Guid? self, ConsentInput input, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        FieldRules.CheckName(input.Name, "consent.name", errors);
        if (input.DefaultMinimumAge is < 0 or > 150)
        {
            errors.Add("consent.defaultMinimumAgeForSelfConsent", "invalid", "An age lies between 0 and 150.");
        }

        if (await db.ConsentDefinitions.AnyAsync(row => row.Name == input.Name && row.Id != self, cancellation))
        {
            errors.Add("consent.name", "duplicate", "There is a consent of this name.");
        }

        return errors;
    }
}
