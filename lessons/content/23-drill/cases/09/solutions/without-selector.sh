# step: diagnose
predict label
# step: repair
kubectl patch deployment shop --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'
clock advance 60s
