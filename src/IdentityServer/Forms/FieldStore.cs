using System.Text.Json;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Forms;

/// <summary>The writing side of fields. Every method runs in the caller's transaction; what is refused has changed nothing.</summary>
public static class FieldStore
{
    /// <summary>Makes a field under the id that the caller chose, or a new one.</summary>
    public static async Task<FieldResult<StoredFormField>> CreateAsync(
        ServerDbContext db, Guid? id, FieldInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        await FormStore.LockAllAsync(db, cancellation);
        var errors = new FieldErrors();
        var definition = FieldRules.Check(input, errors);
        if (id is { } chosen && await db.FormFields.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("field.id", "duplicate", "There is a field of this id.");
        }

        await CheckAsync(db, null, input, definition, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        var stored = new StoredFormField
        {
            Id = id ?? Guid.CreateVersion7(now), Name = input.Name!, Definition = Write(definition), CreatedAt = now, UpdatedAt = now,
        };
        db.FormFields.Add(stored);
        await CatalogVersion.BumpAsync(db, cancellation);
        return stored;
    }

    /// <summary>Loads a field for a change, safe from other changes of forms until the end of the transaction; null if there is none.</summary>
    public static async Task<StoredFormField?> LockAsync(ServerDbContext db, Guid id, CancellationToken cancellation)
    {
        await FormStore.LockAllAsync(db, cancellation);
        return await db.FormFields.SingleOrDefaultAsync(row => row.Id == id, cancellation);
    }

    /// <summary>Replaces what can change of a field that was locked: not its key, control and type.</summary>
    public static async Task<FieldResult<StoredFormField>> ReplaceAsync(
        ServerDbContext db, StoredFormField stored, FieldInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var before = Read(stored);
        input = input with { Definition = input.Definition with { Key = before.Key, Control = before.Control, Type = before.Type } };
        var errors = new FieldErrors();
        var definition = FieldRules.Check(input, errors);
        await CheckAsync(db, stored.Id, input, definition, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        if (await BreaksAFormAsync(db, new FormField(stored.Id, input.Name!, definition), cancellation) is { } problem)
        {
            return errors.Add("field", "invalid", problem);
        }

        stored.Name = input.Name!;
        stored.Definition = Write(definition);
        stored.UpdatedAt = now;
        await CatalogVersion.BumpAsync(db, cancellation);
        return stored;
    }

    /// <summary>Deletes a field that was locked, unless a form has it.</summary>
    public static async Task<FieldResult<StoredFormField>> DeleteAsync(ServerDbContext db, StoredFormField stored, CancellationToken cancellation)
    {
        if (await UsersOf(db, stored.Id, cancellation) is [var form, ..])
        {
            return new FieldErrors().Add("field", "inUse", $"The form '{form.Name}' has this field.");
        }

        db.FormFields.Remove(stored);
        await CatalogVersion.BumpAsync(db, cancellation);
        return stored;
    }

    /// <summary>The definition of a row.</summary>
    public static FieldDefinition Read(StoredFormField stored) => JsonSerializer.Deserialize<FieldDefinition>(stored.Definition, FieldDefinition.Json)!;

    private static string Write(FieldDefinition definition) => JsonSerializer.Serialize(definition, FieldDefinition.Json);

    private static async Task CheckAsync(
        ServerDbContext db, Guid? self, FieldInput input, FieldDefinition definition, FieldErrors errors, CancellationToken cancellation)
    {
        if (await db.FormFields.AnyAsync(row => row.Name == input.Name && row.Id != self, cancellation))
        {
            errors.Add("field.name", "duplicate", "There is a field of this name.");
        }

        if (definition.ConsentId is { } consentId && !await db.ConsentDefinitions.AnyAsync(row => row.Id == consentId, cancellation))
        {
            errors.Add("field.consentId", "invalid", "There is no such consent.");
        }
    }

    // A change that would leave a form of this field in a state in which it could not have been stored.
    private static async Task<string?> BreaksAFormAsync(ServerDbContext db, FormField changed, CancellationToken cancellation)
    {
        var fields = await FormStore.FieldsAsync(db, cancellation);
        fields[changed.Id] = changed;
        foreach (var form in await UsersOf(db, changed.Id, cancellation))
        {
            var errors = new FieldErrors();
            FormRules.Check(new FormInput(form.Name, form.Type, FormStore.ReadSteps(form), form.Data), fields, errors);
            if (errors.Any)
            {
                return $"The form '{form.Name}' would not work any more: {errors.Fields[0].Message}";
            }
        }

        return null;
    }

    private static async Task<List<StoredForm>> UsersOf(ServerDbContext db, Guid fieldId, CancellationToken cancellation) =>
        (await db.Forms.AsNoTracking().ToListAsync(cancellation)).FindAll(form => FormStore.ReadSteps(form).Any(step => step.Fields.Contains(fieldId)));
}
