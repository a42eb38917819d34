using System.Text.Json;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Forms;

/// <summary>The fields that a new server has: one for each predefined key, under ids that are the same everywhere.</summary>
public static class ShippedFields
{
    /// <summary>The note that they were made; changes of forms hold its row.</summary>
    internal const string Marker = "shipped-form-fields";

    /// <summary>Makes the fields, once per database: an admin may change or delete them.</summary>
    public static async Task EnsureAsync(Database database, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync(
                async (db, token) =>
                {
                    if (await db.Markers.AnyAsync(row => row.Name == Marker, token))
                    {
                        return;
                    }

                    db.Markers.Add(new Data.Marker { Name = Marker, Value = 1 });
                    db.FormFields.AddRange(PredefinedFields.All.Select((kind, index) => Row(kind, index, now)));
                    await CatalogVersion.BumpAsync(db, token);
                },
                cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            // Another node made them in the same moment.
        }
    }

    /// <summary>The id of the field for a predefined key, where it is still the one that was shipped.</summary>
    public static Guid IdOf(string key) => IdAt(PredefinedFields.All.ToList().FindIndex(kind => kind.Key == key));

    private static Guid IdAt(int index) => new($"0197a0c0-0000-7000-8000-0000000001{index:x2}");

    private static StoredFormField Row(PredefinedField kind, int index, DateTimeOffset now) => new()
    {
        Id = IdAt(index),
        Name = kind.Name,
        Definition = JsonSerializer.Serialize(
            BasicForm.Predefined(IdAt(index), kind.Key, required: kind.Key is PredefinedFields.Email or PredefinedFields.Password).Definition,
            FieldDefinition.Json),
        CreatedAt = now,
        UpdatedAt = now,
    };
}
