# step: diagnose
predict config
# step: repair
kubectl patch configmap shop-settings -p '{"data":{"currency":"KRW"}}'
clock advance 60s
