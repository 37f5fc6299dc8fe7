# step: ship
cat > database.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: database
spec:
  clusterIP: None
  selector:
    app: database
  ports:
    - port: 6379
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: database
spec:
  serviceName: database
  selector:
    matchLabels:
      app: database
  template:
    metadata:
      labels:
        app: database
    spec:
      containers:
        - name: database
          image: redis
          volumeMounts:
            - name: data
              mountPath: /data
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
EOF
kubectl create deployment front --image=my-app:1.0 --replicas=2
kubectl expose deployment front --type=LoadBalancer --port=80 --target-port=8080
kubectl create deployment api --image=helloworld-app:1.0 --replicas=2
kubectl expose deployment api --port=80 --target-port=8080
kubectl apply -f database.yaml
clock advance 60s

# step: update
kubectl set image deployment/front my-app=my-app:2.0
clock advance 60s

# step: survive
predict some
fault node-off {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'front' && p.spec.nodeName != pods.filter(q, q.metadata.name == 'database-0')[0].spec.nodeName)[0].spec.nodeName }}
clock advance 420s
