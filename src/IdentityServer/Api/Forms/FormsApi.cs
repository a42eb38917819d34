using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Forms;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/form</c> (§9), and the JSON Schema of a form's answers.</summary>
internal sealed class FormsApi(Database database, FormCatalog catalog, ApiChanges changes)
{
    private const string Envelope = "form";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<FormsApi>(routes.ServiceProvider);
        const string Many = "/api/form/{formId?}";
        const string One = "/api/form/{formId}";
        var noun = FormShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/form", FormShape.List, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("GET", "/api/form/{formId}/schema", FormShape.Schema, api.GetSchemaAsync);
        routes.MapApi("PUT", One, noun.Replace, api.PutAsync);
        routes.MapApi("PATCH", One, noun.Patch, api.PatchAsync);
        routes.MapApi("DELETE", One, noun.Delete, api.DeleteAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("formId");
        var input = FormWire.Read(request.Envelope(Envelope), request.Errors);
        return ApiResult.From(
            await changes.RunAsync<StoredForm>(
                request,
                async change =>
                {
                    var outcome = await FormStore.CreateAsync(change.Db, id, input, change.Now, change.Cancellation);
                    if (!outcome.Failed(out _, out var form))
                    {
                        change.Audit("Created a form", form.Id, null, FormWire.Show(form));
                    }

                    return outcome;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("formId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var found = await database.ReadAsync(
            (db, token) => db.Forms.Where(row => id == null || row.Id == id).OrderBy(row => row.Name).ToListAsync(token), cancellation);
        return id is null ? ApiResult.Ok(new JsonObject { ["forms"] = ApiJson.List(found.Select(FormWire.Show)) })
            : found is [var one] ? ApiResult.Ok(Answer(one))
            : ApiResult.Missing;
    }

    private Task<ApiResult> GetSchemaAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("formId");
        return Task.FromResult(request.Errors.Any ? ApiResult.Refused(request.Errors)
            : catalog.Find(id!.Value) is { } form ? ApiResult.Ok(FormSchema.Of(form))
            : ApiResult.Missing);
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = FormWire.Read(request.Envelope(Envelope), request.Errors);
        return ApiResult.From(await ReplaceAsync(request, _ => input, cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ReplaceAsync(
            request,
            form =>
            {
                var errors = new FieldErrors();
                var patched = Patch.Apply(request, Envelope, FormWire.Show(form), fields => FormWire.Read(fields, errors));
                return errors.Any ? errors : patched;
            },
            cancellation),
        Answer);

    private Task<FieldResult<StoredForm>?> ReplaceAsync(
        ApiRequest request, Func<StoredForm, FieldResult<FormInput>> read, CancellationToken cancellation) =>
        ChangeAsync(
            request,
            async (change, form) =>
            {
                var before = FormWire.Show(form);
                if (read(form).Failed(out var errors, out var input))
                {
                    return errors;
                }

                var outcome = await FormStore.ReplaceAsync(change.Db, form, input, change.Now, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("Updated a form", form.Id, before, FormWire.Show(form));
                }

                return outcome;
            },
            cancellation);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) =>
        ApiResult.From(await ChangeAsync(
            request,
            async (change, form) =>
            {
                var outcome = await FormStore.DeleteAsync(change.Db, form, change.Cancellation);
                if (!outcome.Failed(out _, out _))
                {
                    change.Audit("Deleted a form", form.Id, FormWire.Show(form), null);
                }

                return outcome;
            },
            cancellation));

    private async Task<FieldResult<StoredForm>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, StoredForm, Task<FieldResult<StoredForm>>> change, CancellationToken cancellation)
    {
        var id = request.PathId("formId");
        return await changes.RunAsync<StoredForm>(
            request,
            async run => await FormStore.LockAsync(run.Db, id!.Value, run.Cancellation) is { } form
                ? (FieldResult<StoredForm>?)await change(run, form)
                : null,
            cancellation);
    }

    private static JsonObject Answer(StoredForm form) => new() { [Envelope] = FormWire.Show(form) };
}
