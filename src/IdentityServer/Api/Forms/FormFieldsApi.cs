using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Forms;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/form/field</c> (§9).</summary>
internal sealed class FormFieldsApi(Database database, ApiChanges changes)
{
    private const string Envelope = "field";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<FormFieldsApi>(routes.ServiceProvider);
        const string Many = "/api/form/field/{fieldId?}";
        const string One = "/api/form/field/{fieldId}";
        var noun = FormFieldShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/form/field", FormFieldShape.List, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", One, noun.Replace, api.PutAsync);
        routes.MapApi("PATCH", One, noun.Patch, api.PatchAsync);
        routes.MapApi("DELETE", One, noun.Delete, api.DeleteAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("fieldId");
        var input = FormFieldWire.Read(request.Envelope(Envelope));
        return ApiResult.From(
            await changes.RunAsync<StoredFormField>(
                request,
                async change =>
                {
                    var outcome = await FieldStore.CreateAsync(change.Db, id, input, change.Now, change.Cancellation);
                    if (!outcome.Failed(out _, out var field))
                    {
                        change.Audit("Created a form field", field.Id, null, FormFieldWire.Show(field));
                    }

                    return outcome;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("fieldId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var found = await database.ReadAsync(
            (db, token) => db.FormFields.Where(row => id == null || row.Id == id).OrderBy(row => row.Name).ToListAsync(token), cancellation);
        return id is null ? ApiResult.Ok(new JsonObject { ["fields"] = ApiJson.List(found.Select(FormFieldWire.Show)) })
            : found is [var one] ? ApiResult.Ok(Answer(one))
            : ApiResult.Missing;
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = FormFieldWire.Read(request.Envelope(Envelope));
        return ApiResult.From(await ReplaceAsync(request, _ => input, cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ReplaceAsync(request, field => Patch.Apply(request, Envelope, FormFieldWire.Show(field), FormFieldWire.Read), cancellation), Answer);

    private Task<FieldResult<StoredFormField>?> ReplaceAsync(
        ApiRequest request, Func<StoredFormField, FieldResult<FieldInput>> read, CancellationToken cancellation) =>
        ChangeAsync(
            request,
            async (change, field) =>
            {
                var before = FormFieldWire.Show(field);
                if (read(field).Failed(out var errors, out var input))
                {
                    return errors;
                }

                var outcome = await FieldStore.ReplaceAsync(change.Db, field, input, change.Now, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("Updated a form field", field.Id, before, FormFieldWire.Show(field));
                }

                return outcome;
            },
            cancellation);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) =>
        ApiResult.From(await ChangeAsync(
            request,
            async (change, field) =>
            {
                var outcome = await FieldStore.DeleteAsync(change.Db, field, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("Deleted a form field", field.Id, FormFieldWire.Show(field), null);
                }

                return outcome;
            },
            cancellation));

    private async Task<FieldResult<StoredFormField>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, StoredFormField, Task<FieldResult<StoredFormField>>> change, CancellationToken cancellation)
    {
        var id = request.PathId("fieldId");
        return await changes.RunAsync<StoredFormField>(
            request,
            async run => await FieldStore.LockAsync(run.Db, id!.Value, run.Cancellation) is { } field
                ? (FieldResult<StoredFormField>?)await change(run, field)
                : null,
            cancellation);
    }

    private static JsonObject Answer(StoredFormField field) => new() { [Envelope] = FormFieldWire.Show(field) };
}
