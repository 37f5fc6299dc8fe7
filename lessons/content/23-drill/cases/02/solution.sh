# step: diagnose
predict port
# step: repair
kubectl patch service shop --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]'
clock advance 3s
