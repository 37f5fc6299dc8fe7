# step: diagnose
predict image
# step: repair
kubectl set image deployment/shop shop=my-app:1.0
clock advance 30s
